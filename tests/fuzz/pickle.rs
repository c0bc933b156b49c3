//! The pickle of a state dict, in an archive that is always whole.

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::harness::{Target, as_it_is, fuzz, weight_files};
use super::safetensors::import;

/// The pickles of the tests' files.
fn corpus() -> Vec<Vec<u8>> {
    let files = weight_files(&["pt", "pth"]).into_iter();
    files
        .filter_map(|bytes| {
            let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
            let name = {
                let mut names = archive.file_names().flatten();
                names.find(|name| name.ends_with("data.pkl"))?.into_owned()
            };
            let mut pickle = Vec::new();
            archive.by_name(&name).ok()?.read_to_end(&mut pickle).ok()?;
            Some(pickle)
        })
        .collect()
}

fn parse(pickle: &[u8]) -> String {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let entries = [
        ("a/data.pkl", pickle),
        ("a/data/0", &[0; 48]),
        ("a/data/1", &[0; 24]),
    ];
    for (name, content) in entries {
        archive.start_file(name, options).expect("memory");
        archive.write_all(content).expect("memory");
    }
    import("mlp.pt", &archive.finish().expect("memory").into_inner())
}

#[test]
fn any_program_is_a_state_dict_or_refused() {
    fuzz(&Target {
        name: "pickle",
        corpus: corpus(),
        words: &[
            "ccollections\nOrderedDict\n",
            "ctorch._utils\n_rebuild_tensor_v2\n",
            "ctorch\nFloatStorage\n",
            "ctorch\ndevice\n",
            "cnumpy.core.multiarray\nscalar\n",
            "c__builtin__\nset\n",
            "cos\nsystem\n",
            ")R",
            "(",
            "t",
            "}",
            "]",
            "u.",
            "s",
            "a",
            "e",
            "Q",
            "b",
            "0",
            "1",
            "2",
            "h\0",
            "q\0",
            "X\u{5}\0\0\0model",
            "K\u{1}",
            "N",
            "\u{0}",
        ],
        repair: as_it_is,
        parse,
        // Objects of a pickle take up to sixty times its size.
        room: 16 << 20,
    });
}
