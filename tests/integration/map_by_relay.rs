//! A map that comes over a relay that lies, and what is left in force afterwards.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use kaban_app::{Bag, Brief, Environment, Kind, SharedBag};
use kaban_atlas::build::{BuildOptions, from_elements};
use kaban_atlas::osm::{Elements, Node, Way};
use kaban_model::people::Role;
use kaban_proto::codec::Wire;
use kaban_proto::ids::{DeviceId, Hash32, MemberId, WorkspaceId};
use kaban_proto::relay_api::{
    BLOB_PIECE_BYTES_MAX, BlobDescriptor, BlobFacts, BlobKind, BlobList, PATH_BLOBS,
};
use kaban_proto::sign::{Signature, SigningKey};
use kaban_relay::{Config, Relay};
use kaban_sync::pairing::Proof;
use kaban_sync::peer::{Answer, BlobTransport, Http, Transport, TransportError};
use kaban_sync::workspace::Person;
use kaban_vault::slots::KdfCost;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const PASSPHRASE: &[u8] = b"a passphrase for tests";
const PIECE: u64 = BLOB_PIECE_BYTES_MAX as u64;

fn environment() -> Environment {
    Environment {
        kdf: KdfCost::FLOOR,
        ..Environment::default()
    }
}

fn doctor(name: &str) -> Person {
    Person {
        name: name.to_owned(),
        kana: String::new(),
        role: Role::Doctor,
        phone: String::new(),
    }
}

/// Two doctors with a relay that both have met; the founder makes maps, the other uses them.
struct Town {
    maker: Bag,
    user: Bag,
    outside: TempDir,
    url: String,
    _folders: [TempDir; 3],
}

impl Town {
    async fn new() -> Self {
        let folders = [(); 3].map(|()| TempDir::new().unwrap());
        let url = relay(folders[2].path()).await;
        let (a, b) = (folders[0].path(), folders[1].path());
        let environment = environment();
        let mut maker =
            Bag::found(a, PASSPHRASE, "匝瑳医師会", &doctor("佐藤"), &environment).unwrap();
        let asked = Bag::request_to_join(b, PASSPHRASE, &doctor("鈴木"), &environment).unwrap();
        let request = asked.request.write();
        let joined = maker.admit(&request, &Proof::Nothing).unwrap();
        let user = Bag::join(b, PASSPHRASE, &joined.grant, &Proof::Nothing, &environment);
        let mut user = user.unwrap();
        maker.sync(Some(&url), &mut |_| {}).await.unwrap();
        user.sync(Some(&url), &mut |_| {}).await.unwrap();
        Self {
            maker,
            user,
            outside: TempDir::new().unwrap(),
            url,
            _folders: folders,
        }
    }

    /// The maker's map of that day, on the relay.
    async fn share(&mut self, day: &str) -> PathBuf {
        self.share_bytes(day, map(day)).await
    }

    async fn share_bytes(&mut self, name: &str, mut pack: Vec<u8>) -> PathBuf {
        self.maker.sign_pack(&mut pack).unwrap();
        let path = self.outside.path().join(format!("{name}.kpack.pmtiles"));
        std::fs::write(&path, pack).unwrap();
        let shared = self.maker.share_pack(Some(&path), None, &mut |_| {}).await;
        shared.unwrap();
        path
    }

    /// Bytes as the maker announces them, truly or not.
    fn announced(&mut self, bytes: &[u8], data_date: u32) -> (BlobDescriptor, Vec<u8>) {
        let facts = BlobFacts {
            hash: Hash32::of(bytes),
            bytes: bytes.len() as u64,
            kind: BlobKind::DistrictPack,
            name: "sosa".to_owned(),
            data_date,
            described_ms: u64::MAX,
        };
        let blob = self.maker.workspace().describe_blob(facts);
        (blob, bytes.to_vec())
    }

    async fn fetch(&mut self, lie: Lie) -> Result<kaban_app::FetchView, kaban_app::AppError> {
        let liar = Liar {
            inner: Http::new(&self.url).unwrap(),
            lie,
            ranges: AtomicU64::new(0),
        };
        self.user
            .fetch_pack_over(&liar, &Brief, false, &mut |_| {})
            .await
    }

    fn day_in_force(&mut self) -> Option<String> {
        let (pack, _) = self.user.open_current_pack().ok()?;
        pack.meta().data_date.clone()
    }
}

async fn relay(folder: &Path) -> String {
    let relay = Relay::open(Config::new(folder)).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(kaban_relay::serve(
        listener,
        relay,
        std::future::pending::<()>(),
    ));
    url
}

/// A map of more than two pieces.
fn map(day: &str) -> Vec<u8> {
    let pack = road(day, 40_000);
    assert!(pack.len() as u64 > 2 * PIECE);
    pack
}

/// A road of so many points, and the day somebody looked at it.
fn road(day: &str, points: i64) -> Vec<u8> {
    let node = |id: i64| Node {
        id: id * 7,
        lon: 140.5 + 0.000_01 * id as f64,
        lat: 35.7 + 0.000_001 * (id * id % 977) as f64,
        tags: Vec::new(),
    };
    let road = Elements {
        nodes: (1..=points).map(node).collect(),
        ways: vec![Way {
            id: 1,
            nodes: (1..=points).map(|id| id * 7).collect(),
            tags: vec![("highway".to_owned(), "residential".to_owned())],
        }],
        relations: Vec::new(),
    };
    let options = BuildOptions {
        data_date: Some(day.to_owned()),
        with_node_ids: true,
        ..BuildOptions::default()
    };
    from_elements(&road, &options).unwrap().pack
}

/// What a relay does to the maps that pass through it.
#[derive(Clone)]
enum Lie {
    None,
    /// One bit of the second piece.
    WrongBytes,
    /// A byte more than was asked for, at once.
    Longer,
    /// Nothing, where a piece should be, at once.
    Empty,
    /// Half of each piece.
    Halves,
    /// One byte of each piece.
    Drips,
    /// No more answers after the first piece.
    Silence,
    /// These descriptors are listed too.
    Lists(Vec<BlobDescriptor>),
    /// These maps are listed too, and given out.
    Gives(Vec<(BlobDescriptor, Vec<u8>)>),
    /// These descriptors are listed, and nothing else.
    ListsOnly(Vec<BlobDescriptor>),
}

struct Liar {
    inner: Http,
    lie: Lie,
    ranges: AtomicU64,
}

impl Transport for Liar {
    async fn send(
        &self,
        path: &str,
        body: Option<Vec<u8>>,
        bearer: Option<&str>,
    ) -> Result<Answer, TransportError> {
        let mut answer = self.inner.send(path, body, bearer).await?;
        if path == PATH_BLOBS && answer.status == 200 {
            let mut list = BlobList::decode(&answer.body).unwrap();
            match &self.lie {
                Lie::Lists(more) => list.blobs.extend(more.clone()),
                Lie::Gives(more) => list.blobs.extend(more.iter().map(|(blob, _)| blob.clone())),
                Lie::ListsOnly(these) => list.blobs.clone_from(these),
                _ => {}
            }
            answer.body = list.encode();
        }
        Ok(answer)
    }
}

impl BlobTransport for Liar {
    async fn put(&self, path: &str, body: Vec<u8>, bearer: &str) -> Result<Answer, TransportError> {
        self.inner.put(path, body, bearer).await
    }

    async fn get_range(
        &self,
        path: &str,
        first: u64,
        last: u64,
        bearer: &str,
    ) -> Result<Answer, TransportError> {
        let nth = self.ranges.fetch_add(1, Ordering::SeqCst);
        if let Lie::Gives(more) = &self.lie
            && let Some((_, bytes)) = more
                .iter()
                .find(|(blob, _)| path.ends_with(&blob.facts.hash.to_string()))
        {
            let body = bytes[first as usize..=last as usize].to_vec();
            return Ok(Answer { status: 206, body });
        }
        let mut answer = self.inner.get_range(path, first, last, bearer).await?;
        match &self.lie {
            Lie::WrongBytes if nth == 1 => answer.body[7] ^= 1,
            Lie::Longer if nth == 0 => answer.body.push(0),
            Lie::Empty if nth == 0 => answer.body.clear(),
            Lie::Halves => answer.body.truncate(answer.body.len().div_ceil(2)),
            Lie::Drips => answer.body.truncate(1),
            Lie::Silence if nth >= 1 => return Err(TransportError("silence".to_owned())),
            _ => {}
        }
        Ok(answer)
    }
}

#[tokio::test]
async fn wrong_bytes_are_thrown_away_and_the_map_before_stays() {
    let mut town = Town::new().await;
    town.share("2024-11-01").await;
    town.fetch(Lie::None).await.unwrap();
    let newer = town.share("2024-12-01").await;
    let bytes = std::fs::metadata(newer).unwrap().len();
    let refused = town.fetch(Lie::WrongBytes).await.unwrap_err();
    assert_eq!(refused.kind, Kind::BadInput, "{refused}");
    assert_eq!(town.day_in_force().as_deref(), Some("2024-11-01"));
    let honest = town.fetch(Lie::None).await.unwrap();
    assert_eq!(
        honest.received, bytes,
        "nothing of the wrong bytes was kept"
    );
    assert_eq!(town.day_in_force().as_deref(), Some("2024-12-01"));
}

#[tokio::test]
async fn what_is_longer_shorter_or_silent_breaks_off_and_goes_on_from_there() {
    let mut town = Town::new().await;
    let path = town.share("2024-11-01").await;
    let bytes = std::fs::metadata(path).unwrap().len();
    for lie in [Lie::Silence, Lie::Longer, Lie::Empty] {
        let refused = town.fetch(lie).await.unwrap_err();
        assert_eq!(refused.kind, Kind::Offline, "{refused}");
        assert_eq!(town.day_in_force(), None);
        let there: u64 = town
            .user
            .packs()
            .unwrap()
            .iter()
            .map(|pack| pack.bytes)
            .sum();
        assert_eq!(there, PIECE, "the first piece came, and stays");
    }
    let rest = town.fetch(Lie::Halves).await.unwrap();
    assert_eq!(rest.received, bytes - PIECE);
    assert_eq!(town.day_in_force().as_deref(), Some("2024-11-01"));
}

#[tokio::test]
async fn a_map_whose_file_broke_is_fetched_again() {
    let mut town = Town::new().await;
    let path = town.share("2024-11-01").await;
    town.fetch(Lie::None).await.unwrap();
    let (_, in_force) = town.user.open_current_pack().unwrap();
    std::fs::write(in_force, b"rust").unwrap();
    assert_eq!(town.day_in_force(), None);
    let mended = town.fetch(Lie::None).await.unwrap();
    let bytes = std::fs::metadata(path).unwrap().len();
    assert_eq!((mended.imported.already, mended.received), (false, bytes));
    assert_eq!(town.day_in_force().as_deref(), Some("2024-11-01"));
    assert!(town.fetch(Lie::None).await.unwrap().imported.already);
}

#[tokio::test]
async fn of_two_fetches_at_once_one_is_refused_and_the_map_is_whole() {
    let mut town = Town::new().await;
    town.share("2024-11-01").await;
    let bag = SharedBag::new(town.user);
    let (mut unseen, mut unheard) = (|_| {}, |_| {});
    let (first, second) = tokio::join!(
        bag.fetch_pack(None, false, &mut unseen),
        bag.fetch_pack(None, false, &mut unheard)
    );
    assert!(!first.unwrap().imported.already);
    assert_eq!(second.unwrap_err().kind, Kind::InUse);
    assert!(bag.with(|bag| bag.open_current_pack().map(drop)).is_ok());
    let later = bag.fetch_pack(None, false, &mut |_| {}).await.unwrap();
    assert!(later.imported.already);
}

#[tokio::test]
async fn a_relay_that_gives_a_byte_at_a_time_is_left_alone_in_the_end() {
    let mut town = Town::new().await;
    let path = town.share("2024-11-01").await;
    let bytes = std::fs::metadata(path).unwrap().len();
    let refused = town.fetch(Lie::Drips).await.unwrap_err();
    assert_eq!(refused.kind, Kind::Offline, "{refused}");
    let came: u64 = town.user.packs().unwrap().iter().map(|p| p.bytes).sum();
    assert!(came <= bytes.div_ceil(PIECE) + 64, "{came} bytes, one each");
    let rest = town.fetch(Lie::None).await.unwrap();
    assert_eq!(rest.received, bytes - came, "what came stays");
}

#[tokio::test]
async fn an_older_map_is_named_and_not_taken_unasked() {
    let mut town = Town::new().await;
    town.share("2024-11-01").await;
    let old = list(&mut town).await;
    town.share("2024-12-01").await;
    town.fetch(Lie::None).await.unwrap();
    let refused = town.fetch(Lie::ListsOnly(old)).await.unwrap_err();
    assert_eq!(refused.kind, Kind::Rule);
    assert!(
        refused.detail.contains("2024-11-01") && refused.detail.contains("2024-12-01"),
        "{refused}"
    );
    assert_eq!(town.day_in_force().as_deref(), Some("2024-12-01"));
}

#[tokio::test]
async fn of_maps_with_data_of_one_day_the_one_shared_last_is_fetched() {
    let mut town = Town::new().await;
    for points in [20, 40, 30] {
        let pack = road("2024-11-01", points);
        town.share_bytes(&format!("road{points}"), pack).await;
        let newest = town.fetch(Lie::None).await.unwrap();
        let file = newest.imported.pack.file;
        assert!(
            file.starts_with(&format!("road{points}-20241101-")),
            "{file}"
        );
    }
}

#[tokio::test]
async fn a_day_that_never_comes_stands_before_no_map() {
    let mut town = Town::new().await;
    town.share("2024-11-01").await;
    let lies: Vec<(BlobDescriptor, Vec<u8>)> = [99_991_231, u32::MAX, 20_240_230, 7]
        .map(|day| town.announced(format!("of {day}").as_bytes(), day))
        .to_vec();
    let only = Lie::ListsOnly(lies.iter().map(|(blob, _)| blob.clone()).collect());
    let refused = town.fetch(only).await.unwrap_err();
    assert_eq!(refused.kind, Kind::NotFound, "{refused}");
    let fetched = town.fetch(Lie::Gives(lies)).await.unwrap();
    assert_eq!(fetched.distrusted.len(), 4);
    assert_eq!(town.day_in_force().as_deref(), Some("2024-11-01"));
}

#[tokio::test]
async fn a_member_who_announces_what_is_no_map_stands_before_no_map() {
    let mut town = Town::new().await;
    let good = town.share("2024-11-01").await;
    let good = std::fs::read(good).unwrap();
    let mut newer = road("2024-10-01", 30);
    town.maker.sign_pack(&mut newer).unwrap();
    let lies = vec![
        town.announced(b"junk", 20_241_203),
        town.announced(&road("2024-12-02", 30), 20_241_202),
        town.announced(&newer, 20_241_201),
        town.announced(&good, 20_241_130),
    ];
    let fetched = town.fetch(Lie::Gives(lies.clone())).await;
    let refused = fetched.unwrap_err();
    assert_eq!(
        refused.kind,
        Kind::BadInput,
        "three wrong maps of one member, and the member's others are not tried: {refused}"
    );
    let fetched = town.fetch(Lie::Gives(lies[2..].to_vec())).await.unwrap();
    assert_eq!(fetched.distrusted.len(), 2);
    assert_eq!(
        fetched.received,
        good.len() as u64,
        "bytes that came under a wrong day do not come again"
    );
    assert_eq!(town.day_in_force().as_deref(), Some("2024-11-01"));
    let again = town.fetch(Lie::Gives(lies[..2].to_vec())).await.unwrap();
    assert!(again.imported.already && again.distrusted.len() == 2);
}

#[tokio::test]
async fn descriptors_by_strangers_or_with_changed_words_do_not_count() {
    let mut town = Town::new().await;
    town.share("2024-11-01").await;
    let honest = list(&mut town).await.remove(0);
    let facts = BlobFacts {
        hash: Hash32::of(b"another map"),
        data_date: 20_300_101,
        kind: BlobKind::DistrictPack,
        ..honest.facts.clone()
    };
    let key = SigningKey::from_seed([9; 32]);
    let stranger = BlobDescriptor::sign(
        honest.ws,
        DeviceId::from_bytes([9; 16]),
        facts.clone(),
        &key,
    );
    let in_their_name = BlobDescriptor::sign(honest.ws, honest.author, facts.clone(), &key);
    let redated = BlobDescriptor {
        facts: BlobFacts {
            data_date: 20_300_101,
            ..honest.facts.clone()
        },
        ..honest.clone()
    };
    let elsewhere = BlobDescriptor {
        ws: WorkspaceId::from_bytes([9; 16]),
        facts,
        signature: Signature::from_bytes([0; 64]),
        ..honest.clone()
    };
    let lies = vec![stranger, in_their_name, redated, elsewhere];
    let only = town.fetch(Lie::ListsOnly(lies.clone())).await.unwrap_err();
    assert_eq!(only.kind, Kind::NotFound, "{only}");
    let fetched = town.fetch(Lie::Lists(lies)).await.unwrap();
    assert_eq!(
        (fetched.distrusted.len(), fetched.imported.already),
        (4, false)
    );
    assert_eq!(town.day_in_force().as_deref(), Some("2024-11-01"));
}

#[tokio::test]
async fn the_maps_of_a_suspended_member_are_neither_fetched_nor_taken_in() {
    let mut town = Town::new().await;
    let path = town.share("2024-11-01").await;
    let mut pack = map("2024-12-01");
    town.user.sign_pack(&mut pack).unwrap();
    let theirs = town.outside.path().join("theirs.kpack.pmtiles");
    std::fs::write(&theirs, pack).unwrap();
    town.user
        .share_pack(Some(&theirs), None, &mut |_| {})
        .await
        .unwrap();
    let user: MemberId = town.user.whoami().member.parse().unwrap();
    town.maker.suspend_member(user, "lost phone").unwrap();
    let refused = town.maker.import_pack(&theirs, false).unwrap_err();
    assert_eq!(refused.kind, Kind::NotAllowed, "{refused}");
    town.maker.import_pack(&path, false).unwrap();
    let fetched = town
        .maker
        .fetch_pack(None, false, &mut |_| {})
        .await
        .unwrap();
    assert!(
        fetched.imported.already,
        "what it made itself is the newest that counts"
    );
    assert_eq!(fetched.distrusted.len(), 1);
}

#[tokio::test]
async fn a_body_without_end_is_cut_at_what_was_asked_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let head = "HTTP/1.1 206 Partial Content\r\nTransfer-Encoding: chunked\r\n\r\n";
            let _ = stream.write_all(head.as_bytes()).await;
            let chunk = [b"1000\r\n".as_slice(), &[7; 4096], b"\r\n"].concat();
            while stream.write_all(&chunk).await.is_ok() {}
        }
    });
    let http = Http::new(&url).unwrap();
    let endless = http.get_range("/v1/blobs/00", 0, PIECE - 1, "").await;
    assert_eq!(endless.unwrap_err().0, "the answer is too large");
}

/// What the relay lists.
async fn list(town: &mut Town) -> Vec<BlobDescriptor> {
    struct Ear<'a> {
        inner: &'a Http,
        heard: std::sync::Mutex<Vec<BlobDescriptor>>,
    }
    impl Transport for Ear<'_> {
        async fn send(
            &self,
            path: &str,
            body: Option<Vec<u8>>,
            bearer: Option<&str>,
        ) -> Result<Answer, TransportError> {
            let answer = self.inner.send(path, body, bearer).await?;
            if path == PATH_BLOBS {
                *self.heard.lock().unwrap() = BlobList::decode(&answer.body).unwrap().blobs;
            }
            Ok(answer)
        }
    }
    impl BlobTransport for Ear<'_> {
        async fn put(&self, _: &str, _: Vec<u8>, _: &str) -> Result<Answer, TransportError> {
            Err(TransportError(String::new()))
        }

        async fn get_range(
            &self,
            _: &str,
            _: u64,
            _: u64,
            _: &str,
        ) -> Result<Answer, TransportError> {
            Err(TransportError(String::new()))
        }
    }
    let ear = Ear {
        inner: &Http::new(&town.url).unwrap(),
        heard: std::sync::Mutex::default(),
    };
    let _ = town
        .user
        .fetch_pack_over(&ear, &Brief, false, &mut |_| {})
        .await;
    ear.heard.into_inner().unwrap()
}
