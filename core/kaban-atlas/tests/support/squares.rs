//! A small font for tests.

/// A TrueType font in which every letter of these is the same square.
pub fn squares(letters: &[char]) -> Vec<u8> {
    let mut letters: Vec<u16> = letters.iter().map(|letter| *letter as u16).collect();
    letters.sort_unstable();
    letters.dedup();
    let u16s = |list: &[u16]| {
        list.iter()
            .flat_map(|n| n.to_be_bytes())
            .collect::<Vec<u8>>()
    };
    let head = [
        u16s(&[
            1, 0, 1, 0, 0, 0, 0x5f0f, 0x3cf5, 0, 1000, 0, 0, 0, 0, 0, 0, 0, 0,
        ]),
        u16s(&[0, 0, 700, 700, 0, 8, 2, 0, 0]),
    ]
    .concat();
    let hhea = u16s(&[
        1, 0, 800, 0xff38, 0, 800, 0, 0, 700, 1, 0, 0, 0, 0, 0, 0, 0, 2,
    ]);
    let maxp = u16s(&[0, 0x5000, 2]);
    let hmtx = u16s(&[800, 50, 800, 50]);
    // One contour of four points on the line: 0,0 – 600,0 – 600,700 – 0,700.
    let mut glyph = u16s(&[1, 0, 0, 600, 700, 3, 0]);
    glyph.extend([1; 4]);
    glyph.extend(u16s(&[0, 600, 0, 0xfda8, 0, 0, 700, 0]));
    let loca = u16s(&[0, 0, (glyph.len() / 2) as u16]);
    let count = letters.len() as u16 + 1;
    let ends: Vec<u16> = letters.iter().copied().chain([0xffff]).collect();
    let deltas: Vec<u16> = letters
        .iter()
        .map(|letter| 1u16.wrapping_sub(*letter))
        .chain([1])
        .collect();
    let table = [
        u16s(&[4, 16 + 8 * count, 0, 2 * count, 0, 0, 0]),
        u16s(&ends),
        u16s(&[0]),
        u16s(&ends),
        u16s(&deltas),
        u16s(&vec![0; usize::from(count)]),
    ]
    .concat();
    let cmap = [u16s(&[0, 1, 3, 1, 0, 12]), table].concat();
    let tables: [(&[u8; 4], Vec<u8>); 7] = [
        (b"cmap", cmap),
        (b"glyf", glyph),
        (b"head", head),
        (b"hhea", hhea),
        (b"hmtx", hmtx),
        (b"loca", loca),
        (b"maxp", maxp),
    ];
    let mut file = u16s(&[1, 0, tables.len() as u16, 0, 0, 0]);
    let mut body = Vec::new();
    for (name, bytes) in &tables {
        let offset = 12 + 16 * tables.len() + body.len();
        file.extend(*name);
        file.extend([0; 4]);
        file.extend((offset as u32).to_be_bytes());
        file.extend((bytes.len() as u32).to_be_bytes());
        body.extend(bytes);
        body.resize(body.len().div_ceil(4) * 4, 0);
    }
    [file, body].concat()
}
