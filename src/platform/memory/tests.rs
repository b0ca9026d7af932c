//! A page's files behave as those of a disk.

use super::*;

/// Tests share the tree; each has a folder of its own.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from("/tests").join(name);
    create_dir_all(&folder).expect("a folder");
    folder
}

fn write(path: &Path, bytes: &[u8]) {
    File::create(path)
        .expect("a file")
        .write_all(bytes)
        .expect("room");
}

fn kind<T: std::fmt::Debug>(result: io::Result<T>) -> ErrorKind {
    result.expect_err("an error").kind()
}

#[test]
fn what_was_written_is_read_and_a_replaced_file_can_be_read_to_its_end() {
    let folder = folder("replaced");
    let (path, partial) = (folder.join("last"), folder.join("last.partial"));
    write(&path, b"first");
    let mut open = File::open(&path).expect("it");
    write(&partial, b"second one");
    rename(&partial, &path).expect("a rename");
    let mut text = String::new();
    open.read_to_string(&mut text).expect("text");
    assert_eq!(text, "first");
    assert_eq!(read(&path).expect("it"), b"second one");
    assert_eq!(kind(read(&partial)), ErrorKind::NotFound);
}

#[test]
fn a_file_is_read_from_any_place() {
    let path = folder("places").join("lines");
    write(&path, b"0123456789");
    let mut file = File::open(&path).expect("it");
    let mut read_two = |to| {
        let at = file.seek(to).expect("a place");
        let mut two = Vec::new();
        Read::by_ref(&mut file)
            .take(2)
            .read_to_end(&mut two)
            .expect("bytes");
        (at, two)
    };
    assert_eq!(read_two(SeekFrom::Start(4)), (4, b"45".to_vec()));
    assert_eq!(read_two(SeekFrom::Current(1)), (7, b"78".to_vec()));
    assert_eq!(read_two(SeekFrom::End(-1)), (9, b"9".to_vec()));
    assert_eq!(read_two(SeekFrom::Start(20)), (20, Vec::new()));
    assert_eq!(kind(file.seek(SeekFrom::End(-11))), ErrorKind::InvalidInput);
}

#[test]
fn appending_goes_on_where_the_file_ended() {
    let path = folder("appended").join("lines");
    let mut options = OpenOptions::new();
    assert_eq!(kind(options.append(true).open(&path)), ErrorKind::NotFound);
    for line in ["a\n", "b\n"] {
        let mut file = options.create(true).open(&path).expect("it");
        file.write_all(line.as_bytes()).expect("room");
    }
    assert_eq!(read(&path).expect("it"), b"a\nb\n");
}

#[test]
fn a_folder_lists_what_is_directly_in_it() {
    let folder = folder("listed");
    create_dir_all(folder.join("b/c")).expect("folders");
    write(&folder.join("a"), b"123");
    write(&folder.join("b/inner"), b"");
    write(&folder.with_file_name("listed-not"), b"");
    let entries = read_dir(&folder)
        .expect("entries")
        .map(|entry| entry.expect("one"));
    let found: Vec<_> = entries
        .map(|entry| (entry.path(), entry.file_type().expect("a kind").is_dir()))
        .collect();
    assert_eq!(found, [(folder.join("a"), false), (folder.join("b"), true)]);
    assert_eq!(metadata(folder.join("a")).expect("it").len(), 3);
    assert_eq!(kind(read_dir(folder.join("a"))), ErrorKind::NotADirectory);
    remove_dir_all(folder.join("b")).expect("it");
    assert_eq!(kind(metadata(folder.join("b/inner"))), ErrorKind::NotFound);
    assert_eq!(read_dir(&folder).expect("entries").count(), 1);
}

#[test]
fn a_name_is_taken_once_and_folders_and_files_do_not_pass_for_each_other() {
    let folder = folder("taken");
    create_dir(folder.join("run")).expect("a folder");
    assert_eq!(
        kind(create_dir(folder.join("run"))),
        ErrorKind::AlreadyExists
    );
    assert_eq!(
        kind(create_dir(folder.join("none/run"))),
        ErrorKind::NotFound
    );
    assert_eq!(
        kind(File::create(folder.join("run"))),
        ErrorKind::IsADirectory
    );
    assert_eq!(
        kind(File::create(folder.join("none/file"))),
        ErrorKind::NotFound
    );
    assert_eq!(
        kind(File::open(folder.join("run"))),
        ErrorKind::InvalidInput
    );
    assert_eq!(
        kind(remove_file(folder.join("run"))),
        ErrorKind::InvalidInput
    );
    write(&folder.join("file"), b"");
    assert_eq!(
        kind(create_dir_all(folder.join("file/x"))),
        ErrorKind::NotADirectory
    );
    assert_eq!(
        kind(File::create(folder.join("file/x"))),
        ErrorKind::NotADirectory
    );
}

#[test]
fn paths_meet_at_one_root() {
    let folder = folder("met");
    write(&folder.join("x"), b"1");
    for path in ["tests/met/x", "./tests/met/../met/x", "/../tests/met/x"] {
        assert_eq!(read(Path::new(path)).expect(path), b"1");
    }
    assert!(metadata(Path::new("/")).expect("a root").is_dir());
    let whole = canonicalize("./tests/../tests/met/x").expect("it");
    assert_eq!(whole, Path::new("/tests/met/x"));
}
