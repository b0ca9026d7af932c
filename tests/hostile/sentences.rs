//! Files that are made to run code, to take all memory, or to have what is not there believed: a sentence each.

use crate::files::*;
use crate::{alone, assert_is_sentence, read};

/// Both formats with an object, and two values.
fn both(object: &[u8]) -> [Vec<u8>; 2] {
    [archive(object, &[0; 8]), older(object, &[0; 8])]
}

#[track_caller]
fn refused(file: &[u8], parts: &[&str]) {
    let error = read(file).0.unwrap_err();
    assert_is_sentence(&error);
    let is_told = parts.iter().all(|part| error.contains(part));
    assert!(is_told, "no {parts:?} in: {error}");
}

#[test]
fn what_runs_code_is_refused_by_name_wherever_it_stands() {
    let _turn = alone();
    let names = [
        ("os", "system"),
        ("posix", "system"),
        ("nt", "system"),
        ("subprocess", "Popen"),
        ("builtins", "eval"),
        ("builtins", "exec"),
        ("builtins", "__import__"),
        ("builtins", "getattr"),
        ("__builtin__", "eval"),
        ("sys", "exit"),
        ("importlib", "import_module"),
        ("runpy", "run_path"),
        ("pickle", "loads"),
        ("shutil", "rmtree"),
        ("socket", "socket"),
        ("ctypes", "CDLL"),
        ("torch.hub", "load"),
        ("torch", "load"),
        ("operator", "attrgetter"),
        ("webbrowser", "open"),
        ("types", "FunctionType"),
        ("some.module", "os.system"),
        ("some.module", "Some.__reduce__"),
    ];
    let state = || dict(&[("a.weight", small())]);
    for (module, name) in names {
        let told = format!("{module}.{name}");
        let call = [
            global(module, name),
            tuple(&[text("touch it")]),
            b"R".to_vec(),
        ]
        .concat();
        let by_stack = [text(module), text(name), b"\x93)R".to_vec()].concat();
        let inst = format!("(i{module}\n{name}\n").into_bytes();
        for hostile in [call, by_stack, inst] {
            for object in [
                hostile.clone(),
                dict(&[("a.weight", hostile.clone())]),
                dict(&[("state_dict", state()), ("optimizer", hostile.clone())]),
            ] {
                for file in both(&object) {
                    refused(&file, &[&told, "Nothing of it was run"]);
                }
            }
        }
    }
}

#[test]
fn what_is_not_known_is_passed_over_beside_a_state_and_refused_in_it() {
    let _turn = alone();
    let bar = || [global("foo", "Bar"), b")R".to_vec()].concat();
    let state = || dict(&[("a.weight", small())]);
    for file in both(&dict(&[("state_dict", state()), ("x", bar())])) {
        assert_eq!(
            read(&file).0.unwrap().beside[0].what,
            "an object of foo.Bar"
        );
    }
    for file in both(&dict(&[("a.weight", small()), ("b.weight", bar())])) {
        refused(&file, &["`b.weight`", "an object of foo.Bar"]);
    }
    for file in both(&bar()) {
        refused(&file, &["no state of a network", "foo.Bar"]);
    }
    // A script's own class, and a value of NumPy's in Python 2.
    let net = [
        global("__main__", "Net"),
        b")\x81".to_vec(),
        dict(&[("_modules", b"}".to_vec())]),
        b"b".to_vec(),
    ];
    for file in both(&net.concat()) {
        refused(&file, &["a whole model (__main__.Net)", "state_dict()"]);
    }
    for file in both(&dict(&[("model", net.concat()), ("epoch", int(3))])) {
        refused(&file, &["a whole model (__main__.Net)", "state_dict()"]);
    }
}

#[test]
fn depth_and_circles_end() {
    let _turn = alone();
    const DEPTH: usize = 100_000;
    let tuples = [&b")"[..], &b"\x85".repeat(DEPTH)].concat();
    let lists = [b"]".repeat(DEPTH), b"a".repeat(DEPTH - 1)].concat();
    let dicts = [b"}K\x01".repeat(DEPTH), b"}".to_vec(), b"s".repeat(DEPTH)].concat();
    for object in [tuples, lists, dicts, b"(".repeat(DEPTH), b"2".repeat(DEPTH)] {
        for file in both(&object) {
            assert_is_sentence(&read(&file).0.unwrap_err());
        }
    }
    for circle in [
        &b"]q\x00h\x00a"[..],
        b"}q\x00X\x05\x00\x00\x00modelh\x00s",
        b"]q\x00(h\x00h\x00h\x00h\x00h\x00h\x00h\x00h\x00h\x00h\x00e",
    ] {
        for file in both(circle) {
            refused(&file, &["no state of a network"]);
        }
    }
    // A thousand ways into a circle, and as many from each of them.
    let circle = [&b"}q\x00("[..], &b"\x8a\x01\x05h\x00".repeat(1_000), b"u"].concat();
    for file in both(&circle) {
        refused(&file, &["no state of a network"]);
    }
    // A circle beside a state, and through it.
    let state = [
        b"}q\x00".to_vec(),
        b"(".to_vec(),
        text("a.weight"),
        small(),
        text("again"),
        b"h\x00u".to_vec(),
    ];
    for file in both(&state.concat()) {
        assert_eq!(read(&file).0.unwrap().beside[0].what, "a dict of 2");
    }
}

#[test]
fn what_would_fill_the_memory_is_refused_before() {
    let _turn = alone();
    let too_large = &["more than 16 times"];
    // A list of 30,000, of which each call of 6 bytes makes a copy.
    let list = [b"](".to_vec(), b"N".repeat(30_000), b"eq\x000".to_vec()].concat();
    let copies = [global("collections", "OrderedDict"), b"q\x010".to_vec()].concat();
    let sets = [global("builtins", "set"), b"q\x010".to_vec()].concat();
    for function in [copies, sets] {
        let calls = b"h\x01h\x00\x85R".repeat(30_000);
        let object = [list.clone(), function, calls].concat();
        let error = read(&archive(&object, &[0; 8])).0.unwrap_err();
        assert_is_sentence(&error);
    }
    for repeated in [
        &b"N"[..],
        b"]",
        b")",
        b"}",
        b"K\x01",
        b"\x88\x85",
        b"cA\nB\n",
        b"N\x94",
        b"(",
        b"](l",
    ] {
        let object = repeated.repeat(1_000_000 / repeated.len());
        refused(&archive(&object, &[0; 8]), too_large);
    }
    // One value, shown 2⁴⁰ times; and more than there are numbers for, with a 0 among them or not.
    for (shape, part) in [
        (&[1 << 20, 1 << 20][..], too_large[0]),
        (&[1 << 40, 1 << 40], "need"),
        (&[i64::MAX, i64::MAX, i64::MAX], "need"),
        (&[i64::MAX, i64::MAX, 0], "need"),
    ] {
        let strides = vec![0; shape.len()];
        let repeated = view(storage("FloatStorage", "0", 2), 0, shape, &strides);
        for file in both(&dict(&[("a.weight", repeated)])) {
            refused(&file, &[part]);
        }
    }
    // Two thousand tensors of the same values.
    let shared: Vec<_> = (0..2_000)
        .map(|at| {
            (
                format!("{at}.weight"),
                view(storage("FloatStorage", "0", 50_000), 0, &[50_000], &[1]),
            )
        })
        .collect();
    let shared: Vec<_> = shared
        .iter()
        .map(|(name, view)| (name.as_str(), view.clone()))
        .collect();
    refused(&archive(&dict(&shared), &vec![0; 200_000]), too_large);
    // As many copies of one long name.
    let long = "x".repeat(100_000) + "weight";
    let entry = [text(&long), b"q\x00".to_vec(), small(), b"q\x01".to_vec()].concat();
    let object = [
        b"}(".to_vec(),
        entry,
        b"h\x00h\x01".repeat(5_000),
        b"u".to_vec(),
    ]
    .concat();
    refused(&archive(&object, &[0; 8]), &["two tensors"]);
}

#[test]
fn tensors_that_are_not_there_are_told() {
    let _turn = alone();
    let floats = || storage("FloatStorage", "0", 2);
    for (tensor, part) in [
        (view(floats(), 0, &[3], &[1]), "need 12 bytes, 8 are there"),
        (view(floats(), 1, &[2], &[1]), "need 12 bytes, 8 are there"),
        (view(floats(), 0, &[2], &[i64::MAX]), "8 are there"),
        (view(floats(), i64::MAX, &[1], &[1]), "8 are there"),
        (view(floats(), i64::MAX, &[0], &[1]), "8 are there"),
        (view(floats(), -1, &[1], &[1]), "lacks what it is made of"),
        (view(floats(), 0, &[-1], &[1]), "lacks what it is made of"),
        (view(floats(), 0, &[1], &[-1]), "lacks what it is made of"),
        (view(floats(), 0, &[1, 1], &[1]), "lacks what it is made of"),
        (
            view(floats(), 0, &[1; 65], &[1; 65]),
            "lacks what it is made of",
        ),
        (
            view(b"N".to_vec(), 0, &[1], &[1]),
            "lacks what it is made of",
        ),
        (
            view(storage("FloatStorage", "0", 3), 0, &[3], &[1]),
            "8 are there",
        ),
        (
            view(storage("FloatStorage", "0", i64::MAX), 0, &[1 << 40], &[1]),
            "8 are there",
        ),
        (
            view(storage("FloatStorage", "0", -1), 0, &[1], &[1]),
            "no values of tensors",
        ),
        (
            view(storage("UntypedStorage", "0", 8), 0, &[1], &[1]),
            "without a type",
        ),
        (
            view(storage("OddStorage", "0", 2), 0, &[1], &[1]),
            "torch.OddStorage",
        ),
        (
            view(storage("ComplexFloatStorage", "0", 1), 0, &[1], &[1]),
            "is complex",
        ),
    ] {
        refused(&archive(&dict(&[("a.weight", tensor)]), &[0; 8]), &[part]);
    }
    let elsewhere = view(storage("FloatStorage", "7", 2), 0, &[2], &[1]);
    refused(
        &archive(&dict(&[("a.weight", elsewhere.clone())]), &[0; 8]),
        &["need 8 bytes, 0 are there"],
    );
    refused(
        &older(&dict(&[("a.weight", elsewhere)]), &[0; 8]),
        &["no tensor uses"],
    );
    let twice = dict(&[("a.weight", small()), ("a.weight", small())]);
    let two_types = dict(&[
        ("a.weight", small()),
        (
            "b.weight",
            view(storage("DoubleStorage", "0", 1), 0, &[1], &[1]),
        ),
    ]);
    for file in both(&twice) {
        refused(&file, &["two tensors `a.weight`"]);
    }
    refused(&older(&two_types, &[0; 8]), &["two types"]);
}

#[test]
fn older_files_that_lie_of_their_values_are_told() {
    let _turn = alone();
    let state = dict(&[("a.weight", small())]);
    let keys =
        |count: usize| pickle(&[b"](".to_vec(), text("0").repeat(count), b"e".to_vec()].concat());
    let behind = |count: i64, values: &[u8]| [&keys(1)[..], &count.to_le_bytes(), values].concat();
    for (behind, part) in [
        (vec![], "cut short"),
        (keys(1), "cut short"),
        (behind(2, &[0; 7]), "cut short"),
        (behind(i64::MAX, &[0; 8]), "a length that cannot be"),
        (behind(-1, &[0; 8]), "a length that cannot be"),
        (behind(1 << 40, &[0; 8]), "cut short"),
        (behind(1, &[0; 4]), "need 8 bytes, 4 are there"),
        (
            [
                &keys(2)[..],
                &2_i64.to_le_bytes(),
                &[0; 8],
                &2_i64.to_le_bytes(),
                &[0; 8],
            ]
            .concat(),
            "two lists of values `0`",
        ),
        (pickle(b"N"), "need 8 bytes, 0 are there"),
    ] {
        refused(&older_with(&state, &behind), &[part]);
    }
    // Its magic number, and something else behind it.
    let magic = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.";
    for behind in [&b"\x80\x02}."[..], b"\x80\x02M\xe8\x03."] {
        refused(
            &[magic, behind, &b"\x80\x02}.".repeat(9)[..]].concat(),
            &["its version, 1001"],
        );
    }
}

#[test]
fn archives_that_lie_are_told() {
    let _turn = alone();
    let object = pickle(&dict(&[("a.weight", small())]));
    let values = [0, 0, 128, 63, 0, 0, 0, 64];
    let plain = [
        Entry::new("it/data.pkl", &object),
        Entry::new("it/data/0", &values),
    ];
    let whole = zip(&plain);
    assert!(read(&whole).0.is_ok());
    let with = |change: fn(&mut Entry)| {
        let mut entries = plain.clone();
        change(&mut entries[1]);
        zip(&entries)
    };
    // What PyTorch itself leaves out, or another program packs, is read.
    assert!(read(&with(|entry| entry.crc32 = 0)).0.is_ok());
    assert!(
        read(&zip(&[
            plain[0].clone(),
            Entry::deflated("it/data/0", &values)
        ]))
        .0
        .is_ok()
    );
    assert!(
        read(&zip(&[
            plain[0].clone(),
            plain[1].clone(),
            Entry::new("__MACOSX/it/._data.pkl", b"x")
        ]))
        .0
        .is_ok()
    );

    let zeros = vec![0; 20_000_000];
    let inner = zip(&plain);
    for (file, parts) in [
        (with(|entry| entry.crc32 ^= 1), ["it/data/0", "checksum"]),
        (
            with(|entry| entry.content[0] ^= 1),
            ["it/data/0", "checksum"],
        ),
        (with(|entry| entry.flags = 1), ["it/data/0", "encrypted"]),
        (
            with(|entry| entry.method = 14),
            ["it/data/0", "packed in a way"],
        ),
        (with(|entry| entry.bytes = 9), ["it/data/0", "8 bytes"]),
        (
            with(|entry| entry.method = 8),
            ["it/data/0", "does not unpack"],
        ),
        (
            with(|entry| entry.name = "it/data.pkl".into()),
            ["two entries", "it/data.pkl"],
        ),
        (
            with(|entry| entry.name = "that/data.pkl".into()),
            ["several entries", "data.pkl"],
        ),
        (
            with(|entry| entry.name = "it/other".into()),
            ["`a.weight`", "0 are there"],
        ),
        (
            zip(&[plain[0].clone(), Entry::deflated("it/data/0", &zeros)]),
            ["more than 16 times", "harm"],
        ),
        (
            zip(&[plain[0].clone(), Entry::new("it/constants.pkl", b"")]),
            ["TorchScript", "torch.jit.load"],
        ),
        (
            zip(&[Entry::new("it/data.pkl", &inner)]),
            ["0x50", "a reference by a text"],
        ),
        (
            zip(&[Entry::new("it.pt", &inner)]),
            ["a ZIP archive", "unpack it"],
        ),
        (
            zip(&[Entry::new("it/data.pkl", b"")]),
            ["pickle", "cut short"],
        ),
    ] {
        refused(&file, &parts);
    }
    for length in 64..whole.len() {
        assert_is_sentence(&read(&whole[..length]).0.unwrap_err());
    }
}
