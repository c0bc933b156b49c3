//! Round trips, and everything that is not a checkpoint of this program.

use proptest::prelude::*;

use super::*;

fn example() -> Checkpoint {
    let lengths = [("/spikes/e/node_ids", 12), ("/bouts/name", 0)];
    let slot = Slot {
        state: (0..=255).collect(),
        lengths: Some(
            lengths
                .map(|(path, rows)| (path.to_owned(), rows, vec![rows]))
                .into_iter()
                .collect(),
        ),
    };
    Checkpoint {
        model: "schema = 1\n".into(),
        before: vec!["schema = 0\n".into()],
        overrides: vec!["parameter.g=4".into()],
        source: "schema = 1 # as typed\n".into(),
        keep_seeds: true,
        files: vec![("/data/spikes.csv".into(), u128::MAX - 5)],
        slots: [("5/sleep".to_owned(), slot)].into(),
    }
}

fn put(checkpoint: &Checkpoint, folder: &Path) -> Result<(), OutputError> {
    write(folder, checkpoint.bytes())
}

fn parse(bytes: &[u8]) -> Result<Checkpoint, String> {
    Checkpoint::parse(bytes, Path::new("checkpoint")).map_err(|error| error.to_string())
}

/// With a checksum that fits.
fn sealed(content: &[u8]) -> Vec<u8> {
    [content, &hash(content).to_le_bytes()].concat()
}

#[test]
fn what_is_written_is_read_and_replaces_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let first = example();
    put(&first, folder.path()).unwrap();
    let second = Checkpoint {
        keep_seeds: false,
        ..example()
    };
    put(&second, folder.path()).unwrap();
    assert_eq!(Checkpoint::read(folder.path()).unwrap(), second);
    let names = || std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names(), 1);
    remove(folder.path()).unwrap();
    remove(folder.path()).unwrap();
    assert_eq!(names(), 0);
    let path = folder.path().join("checkpoint");
    assert_eq!(
        Checkpoint::read(folder.path()).unwrap_err().to_string(),
        format!(
            "`{}`: no such file, expected the checkpoint of a run\n  help: a run of several seeds that a guard stopped has none; \
             run a changed model anew, into another folder",
            path.display()
        )
    );
}

#[test]
fn a_write_that_fails_leaves_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    put(&example(), folder.path()).unwrap();
    // A folder in the place of the temporary file cannot be written.
    std::fs::create_dir(folder.path().join("checkpoint.part")).unwrap();
    let error = put(&example(), folder.path()).unwrap_err().to_string();
    assert!(error.contains("cannot write"), "{error}");
    assert_eq!(Checkpoint::read(folder.path()).unwrap(), example());
}

#[test]
fn what_is_no_checkpoint_of_this_program_is_told_apart() {
    let bytes = example().bytes().unwrap();
    assert_eq!(
        parse(b"[model]\n").unwrap_err(),
        "`checkpoint`: is not a checkpoint: its first bytes are others"
    );
    let damaged = "`checkpoint`: the checkpoint is truncated or damaged: its checksum does not fit";
    for length in 1..bytes.len() {
        assert_eq!(parse(&bytes[..length]).unwrap_err(), damaged, "{length}");
    }
    for at in HEAD..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert_eq!(parse(&changed).unwrap_err(), damaged, "byte {at}");
    }
    let mut later = bytes.clone();
    let other = FORMAT + 1;
    later[MAGIC.len()] = u8::try_from(other).unwrap();
    assert_eq!(
        parse(&later).unwrap_err(),
        format!(
            "`checkpoint`: the checkpoint's format is {other}, expected {FORMAT}\n  help: go on with the version of sharpwave \
             that wrote it"
        )
    );
    let head = [&MAGIC[..], &FORMAT.to_le_bytes()].concat();
    let other = postcard::to_extend("0.0.9", head).unwrap();
    let other = sealed(&postcard::to_extend(&example(), other).unwrap());
    assert_eq!(
        parse(&other).unwrap_err(),
        format!(
            "`checkpoint`: the checkpoint was written by sharpwave 0.0.9, expected {PROGRAM}, this program\n  help: go \
             on with sharpwave 0.0.9: equal results are promised within one version only"
        )
    );
}

#[test]
fn the_hash_sees_length_and_order() {
    let of = [
        &b""[..],
        b"\0",
        b"\0\0",
        b"12345678",
        b"12345678\0",
        b"1234567812345679",
        b"1234567912345678",
    ];
    let distinct: std::collections::BTreeSet<u128> = of.map(hash).into();
    assert_eq!(distinct.len(), of.len());
}

proptest! {
    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(parse(&bytes).is_err());
    }

    /// Lengths that promise more than there is must not be believed.
    #[test]
    fn any_content_under_a_good_checksum_is_read_or_refused(
        content in prop::collection::vec(prop_oneof![any::<u8>(), Just(0xFF)], 0..200),
        program in any::<bool>(),
    ) {
        let mut bytes = [&MAGIC[..], &FORMAT.to_le_bytes()].concat();
        if program {
            bytes = postcard::to_extend(PROGRAM, bytes).unwrap();
        }
        bytes.extend(content);
        let _ = parse(&sealed(&bytes));
    }
}

#[test]
fn what_was_half_written_goes_with_it() {
    let folder = tempfile::tempdir().unwrap();
    put(&example(), folder.path()).unwrap();
    std::fs::write(folder.path().join(format!("{FILE}.part")), b"half").unwrap();
    remove(folder.path()).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
