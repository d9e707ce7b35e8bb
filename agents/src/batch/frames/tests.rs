use super::*;

const MARK: &str = "0123456789abcdef0123456789abcdef";

/// What a stream says, cut into parts of this size, its data joined.
fn read(stream: &[u8], size: usize) -> (Vec<Piece>, String) {
    let mut frames = Frames::new(MARK);
    let mut pieces: Vec<Piece> = stream.chunks(size).flat_map(|part| frames.feed(part)).collect();
    pieces.extend(frames.finish());
    let mut joined: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (joined.last_mut(), piece) {
            (Some(Piece::Data(before)), Piece::Data(data)) => before.extend(data),
            (_, piece) => joined.push(piece),
        }
    }
    (joined, frames.noise())
}

fn ended(number: usize, status: u8, took: u64) -> Piece {
    Piece::Ended { number, status: Some(status), took: Some(Duration::from_millis(took)) }
}

#[test]
fn data_and_frames_are_told_however_they_are_cut() {
    let stream = format!(
        "Welcome!\n{MARK} b\n{MARK} s 0\nno newline{MARK} x 0 10 7 12.50 13.75\n{MARK} s 1\n\0\u{ff}\n\
         {MARK} x 1 4 0 - -\n{MARK} z\n"
    );
    let expected = vec![
        Piece::Begun,
        Piece::Started(0),
        Piece::Data(b"no newline".to_vec()),
        ended(0, 7, 1250),
        Piece::Started(1),
        Piece::Data("\0\u{ff}\n".into()),
        Piece::Ended { number: 1, status: Some(0), took: None },
        Piece::Over,
    ];
    for size in 1..=stream.len() {
        assert_eq!(read(stream.as_bytes(), size), (expected.clone(), "Welcome!".to_owned()), "{size}");
    }
}

#[test]
fn what_only_looks_like_a_frame_is_data() {
    for hostile in [
        format!("{MARK} x 0 5 0 1.0 2.0\n"),
        format!("a{MARK} z\n"),
        format!("a{MARK} s 1\n"),
        format!("{MARK}{MARK} x 0 0\n"),
        format!("{MARK} x 0 99999999999999999999 0 1.0 2.0\n"),
        format!("{MARK} x -1 0 0 1.0 2.0\n{MARK}\n{MARK}"),
        format!("{MARK}{}\n", "x".repeat(500)),
        MARK[..31].to_owned(),
        MARK.repeat(7),
    ] {
        let length = hostile.len();
        let stream = format!("{MARK} b\n{MARK} s 0\n{hostile}{MARK} x 0 {length} 3 1.0 1.5\n{MARK} z\n");
        let data = Piece::Data(hostile.clone().into_bytes());
        let expected = vec![Piece::Begun, Piece::Started(0), data, ended(0, 3, 500), Piece::Over];
        for size in [1, 7, 33, stream.len()] {
            assert_eq!(read(stream.as_bytes(), size).0, expected, "{hostile:?} {size}");
        }
    }
}

#[test]
fn what_is_not_ended_is_told_when_the_stream_ends() {
    let stream = format!("{MARK} b\n{MARK} s 0\nhalf{}", &MARK[..9]);
    let expected = vec![Piece::Begun, Piece::Started(0), Piece::Data(format!("half{}", &MARK[..9]).into())];
    assert_eq!(read(stream.as_bytes(), 5).0, expected);
}
