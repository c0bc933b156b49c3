use super::*;

fn result(pickle: &[u8]) -> String {
    match read(pickle) {
        Ok((objects, id)) => format!("{:?}", objects.get(id)),
        Err(problem) => problem.to_string(),
    }
}

#[test]
fn integers_of_every_size() {
    assert_eq!(result(b"K\x07."), "Integer(7)");
    assert_eq!(result(b"M\x00\x01."), "Integer(256)");
    assert_eq!(result(b"J\xff\xff\xff\xff."), "Integer(-1)");
    assert_eq!(result(b"\x8a\x02\x00\xff."), "Integer(-256)");
    assert_eq!(
        result(b"\x8a\x05\x00\x00\x00\x00\x01."),
        "Integer(4294967296)"
    );
    assert_eq!(result(b"\x8a\x00."), "Integer(0)");
}

#[test]
fn shared_and_cyclic_objects_are_places() {
    // A list that contains itself, by way of the memo.
    assert_eq!(result(b"]q\x00h\x00a."), "List([0])");
}

#[test]
fn deep_nesting_needs_no_recursion() {
    let mut pickle = vec![b')'];
    pickle.extend([0x85; 1_000_000]);
    pickle.push(b'.');
    assert!(read(&pickle).is_ok());
}

#[test]
fn other_names_are_executable_code() {
    let codes: [&[u8]; 3] = [
        b"cos\nsystem\n.",
        b"\x8c\x02os\x8c\x06system\x93.",
        b"(ios\nsystem\n.",
    ];
    for code in codes {
        assert_eq!(result(code), "contains executable pickle code: `os.system`");
    }
    // A name that unpickling would look up inside an allowed module.
    assert_eq!(
        result(b"ctorch._utils\n_import_dotted_name\n."),
        "contains executable pickle code: `torch._utils._import_dotted_name`"
    );
}

#[test]
fn a_storage_type_is_named_but_not_called() {
    assert_eq!(
        result(b"ctorch\nFloatStorage\n)R."),
        "contains executable pickle code: `torch.FloatStorage`"
    );
}

#[test]
fn damage_is_located() {
    let expected = "damaged or incomplete PyTorch file: data.pkl: byte";
    assert_eq!(
        result(b"K"),
        format!("{expected} 1: it ends before its last opcode")
    );
    assert_eq!(result(b"."), format!("{expected} 1: the stack is empty"));
    assert_eq!(
        result(b"K\x01(0."),
        format!("{expected} 4: the stack is empty")
    );
    assert_eq!(
        result(b"h\x00."),
        format!("{expected} 2: an object is used before it is made")
    );
    assert_eq!(
        result(b"\xff."),
        format!("{expected} 1: unexpected opcode 0xff")
    );
}
