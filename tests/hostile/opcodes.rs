//! Each instruction of a pickle: what it stands for, and whatever byte stands in its place.

use crate::files::{archive, dict, int, older, older_with, small, text};
use crate::{alone, assert_is_sentence, read};

/// Values beside a state, by each instruction that makes one, and what they are told to be.
const VALUES: [(&[u8], &str); 44] = [
    (b"N", "None"),
    (b"\x88", "True"),
    (b"\x89", "False"),
    (b"I01\n", "True"),
    (b"I00\n", "False"),
    (b"I-12\n", "-12"),
    (b"L12L\n", "12"),
    (b"L123456789012345678901234567890L\n", "a large number"),
    (b"F1.5\n", "1.5"),
    (b"J\xfe\xff\xff\xff", "-2"),
    (b"K\xff", "255"),
    (b"M\x00\x01", "256"),
    (b"\x8a\x01\xff", "-1"),
    (b"\x8a\x00", "0"),
    (b"\x8b\x02\x00\x00\x00\x00\x01", "256"),
    (b"G\x3f\xf8\x00\x00\x00\x00\x00\x00", "1.5"),
    (b"S'it'\n", "\"it\""),
    (b"Vit\n", "\"it\""),
    (b"T\x02\x00\x00\x00it", "\"it\""),
    (b"U\x02it", "\"it\""),
    (b"\x8c\x02it", "\"it\""),
    (b"\x8d\x02\x00\x00\x00\x00\x00\x00\x00it", "\"it\""),
    (b"U\x02\xff\xfe", "2 bytes"),
    (b"B\x02\x00\x00\x00it", "2 bytes"),
    (b"C\x02it", "2 bytes"),
    (b"\x8e\x02\x00\x00\x00\x00\x00\x00\x00it", "2 bytes"),
    (b"\x96\x02\x00\x00\x00\x00\x00\x00\x00it", "2 bytes"),
    (b"]", "a list of 0"),
    (b")", "a list of 0"),
    (b"}", "a dict of 0"),
    (b"\x8f(K\x01\x90", "a list of 1"),
    (b"(K\x01K\x02l", "a list of 2"),
    (b"(K\x01K\x02K\x03t", "a list of 3"),
    (b"(K\x01\x91", "a list of 1"),
    (b"(K\x01K\x02d", "a dict of 1"),
    (b"K\x01\x85", "a list of 1"),
    (b"K\x01K\x02\x86", "a list of 2"),
    (b"K\x01K\x02K\x03\x87", "a list of 3"),
    (b"]K\x01a", "a list of 1"),
    (b"}K\x01K\x02s", "a dict of 1"),
    (b"K\x01K\x020", "1"),
    (b"K\x01(K\x02K\x031", "1"),
    (b"K\x012\x86", "a list of 2"),
    (b"\x95\x00\x00\x00\x00\x00\x00\x00\x00K\x07", "7"),
];

/// The same of classes that are not built, and of what is remembered.
const OBJECTS: [(&[u8], &str); 12] = [
    (b"cfoo\nBar\n", "foo.Bar"),
    (b"X\x03\x00\x00\x00fooX\x03\x00\x00\x00Bar\x93", "foo.Bar"),
    (b"cfoo\nBar\n)R", "an object of foo.Bar"),
    (b"cfoo\nBar\n)\x81}b", "an object of foo.Bar"),
    (b"cfoo\nBar\n)}\x92", "an object of foo.Bar"),
    (b"(K\x01ifoo\nBar\n", "an object of foo.Bar"),
    (b"(cfoo\nBar\nK\x01o", "an object of foo.Bar"),
    (
        b"ccollections\nOrderedDict\n)\x81K\x01K\x02s",
        "a dict of 1",
    ),
    (b"c__builtin__\nset\n](K\x01K\x02e\x85R", "a list of 2"),
    (b"K\x05q\x090K\x06r\x0a\x00\x00\x000h\x09", "5"),
    (b"K\x05p9\n0g9\n", "5"),
    (b"K\x05\x940j\x00\x00\x00\x00", "5"),
];

#[test]
fn each_instruction_is_what_it_is_in_python() {
    let _turn = alone();
    for (value, told) in VALUES.iter().chain(&OBJECTS) {
        let object = dict(&[
            ("x", value.to_vec()),
            ("state_dict", dict(&[("a.weight", small())])),
        ]);
        for file in [archive(&object, &[0; 8]), older(&object, &[0; 8])] {
            let (read, _) = read(&file);
            let read = read.unwrap_or_else(|error| panic!("{told}: {error}"));
            assert_eq!(read.tensors[0].data.len(), 2);
            assert_eq!(read.beside.len(), 1, "{:?}", read.beside);
            assert_eq!(read.beside[0].what, *told, "{}", value.escape_ascii());
        }
    }
}

#[test]
fn whatever_byte_stands_in_place_of_an_instruction_is_a_state_or_a_sentence() {
    let _turn = alone();
    let state = dict(&[("a.weight", small())]);
    let starts = [
        &b""[..],
        b"(",
        b"K\x01",
        b"]",
        b"}",
        b"(K\x01K\x02",
        b"cfoo\nBar\n)",
    ];
    let arguments = [
        &b""[..],
        b"\n\n\n",
        &[0; 9],
        &[0xff; 9],
        b"\x01\x00\x00\x00\x00\x00\x00\x00x",
    ];
    for byte in 0..=255 {
        for start in starts {
            for argument in arguments {
                for end in [&b""[..], &state] {
                    let object = [start, &[byte], argument, end].concat();
                    for file in [archive(&object, &[0; 8]), older(&object, &[0; 8])] {
                        if let (Err(error), _) = read(&file) {
                            assert_is_sentence(&error);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn what_ends_or_lacks_a_value_is_told() {
    let _turn = alone();
    for (object, part) in [
        (&b""[..], "a value is missing"),
        (b"0", "a value is missing"),
        (b"1", "a mark is missing"),
        (b"t", "a mark is missing"),
        (b"K\x01K\x02a", "what is no list"),
        (b"]K\x01K\x02s", "what is no dict"),
        (b"}(K\x01u", "a key has no value"),
        (b"h\x07", "before it is there"),
        (b"K\x01K\x02\x93", "named by no text"),
        (b"(o", "an object has no class"),
        (b"Q", "a value is missing"),
        (b"K\x01Q", "no values of tensors"),
        (b"Pit\n", "a reference by a text"),
        (b"\x82\x01", "a class by a number"),
        (b"\x97", "a buffer"),
        (b"\x80\x09", "a protocol"),
        (b"\xff", "no instruction"),
        (b"Ix\n", "no number"),
        (b"Fx\n", "no number"),
        (b"px\n", "no number"),
        (b"c\xff\n\xff\n", "no text"),
        (b"X\xff\xff\xff\xff", "cut short"),
        (b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff", "cut short"),
        (b"\x8b\xff\xff\xff\x7f", "cut short"),
        (b"cfoo", "cut short"),
    ] {
        for file in [archive(object, &[0; 8]), older_with(object, b"")] {
            let error = read(&file).0.unwrap_err();
            assert_is_sentence(&error);
            // Behind an older file's object stands more, which may be taken for its end.
            let is_told =
                error.contains(part) || (part == "cut short" && error.contains("damaged"));
            assert!(is_told, "{:?}: {error}", object.escape_ascii().to_string());
        }
    }
    // A number of a pickle that goes on behind it.
    assert!(
        read(&archive(&[int(1), text("x")].concat(), &[]))
            .0
            .unwrap_err()
            .contains("no state")
    );
}
