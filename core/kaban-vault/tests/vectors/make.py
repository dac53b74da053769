"""Writes kbox.json: a second implementation of src/kbox.rs, src/key.rs and src/stream.rs, from their text alone.

It uses nothing but the standard library, so that the vectors do not inherit a mistake of the Rust crates.
Run it only to add vectors; existing ones are never changed.
"""

import hashlib
import hmac
import json
import struct
from pathlib import Path


def sha256(data):
    return hashlib.sha256(data).digest()


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def hkdf(ikm, salt, info, length):
    prk = mac(salt or bytes(32), ikm)
    out, block = b"", b""
    for number in range(1, length // 32 + 2):
        block = mac(prk, block + info + bytes([number]))
        out += block
    return out[:length]


def quarter(s, a, b, c, d):
    for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        s[x] = (s[x] + s[y]) & 0xFFFFFFFF
        v = s[z] ^ s[x]
        s[z] = ((v << turn) | (v >> (32 - turn))) & 0xFFFFFFFF


def chacha_block(key, counter, nonce):
    start = list(struct.unpack("<4I", b"expand 32-byte k") + struct.unpack("<8I", key) + (counter,) + struct.unpack("<3I", nonce))
    s = start[:]
    for _ in range(10):
        for a, b, c, d in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)):
            quarter(s, a, b, c, d)
        for a, b, c, d in ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            quarter(s, a, b, c, d)
    return struct.pack("<16I", *((x + y) & 0xFFFFFFFF for x, y in zip(s, start)))


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(message), 16):
        total = (total + int.from_bytes(message[at : at + 16] + b"\1", "little")) * r % ((1 << 130) - 5)
    return ((total + int.from_bytes(key[16:], "little")) & ((1 << 128) - 1)).to_bytes(16, "little")


def aead(key, nonce, plaintext, aad):
    stream = b"".join(chacha_block(key, 1 + n, nonce) for n in range(len(plaintext) // 64 + 1))
    text = bytes(x ^ y for x, y in zip(plaintext, stream))
    pad = lambda data: data + bytes(-len(data) % 16)
    authed = pad(aad) + pad(text) + struct.pack("<QQ", len(aad), len(text))
    return text + poly1305(chacha_block(key, 0, nonce)[:32], authed)


def derive_key(key, label, context):
    part = lambda data: struct.pack(">Q", len(data)) + data
    return hkdf(key, b"", b"kaban/key/1" + part(label) + part(context), 32)


def padme(length):
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    kept = exponent.bit_length()
    mask = (1 << max(exponent - kept, 0)) - 1
    return (length + mask) & ~mask


def address(namespace, key_id, place):
    return b"\1" + b"".join(struct.pack(">I", len(part)) + part for part in (namespace, key_id, place))


def parts(key, salt_label, info, namespace, key_id, place, content, random):
    salt = mac(derive_key(key, salt_label, b""), random + sha256(content))
    a = address(namespace, key_id, place)
    okm = hkdf(key, salt, info + sha256(a), 64)
    return b"\1" + salt + okm[32:], okm[:32], a


def seal(key, namespace, key_id, place, plaintext, random):
    head, enc, a = parts(key, b"kaban/box-salt", b"kaban/box/1", namespace, key_id, place, plaintext, random)
    padded = plaintext + b"\x80"
    padded += bytes(padme(len(padded)) - len(padded))
    return head + aead(enc, bytes(12), padded, a)


def seal_stream(key, namespace, key_id, place, plaintext, random):
    size = 64 * 1024
    chunks = [plaintext[at : at + size] for at in range(0, len(plaintext), size)] or [b""]
    head, enc, a = parts(key, b"kaban/stream-salt", b"kaban/stream/1", namespace, key_id, place, chunks[0], random)
    out = head
    for number, chunk in enumerate(chunks):
        nonce = bytes(3) + struct.pack(">Q", number) + bytes([number == len(chunks) - 1])
        out += aead(enc, nonce, chunk, a)
    return out


def filler(seed, length):
    out = b""
    while len(out) < length:
        out += sha256(seed + struct.pack(">I", len(out)))
    return out[:length]


NAMESPACES = [b"row", b"envelope", b"keybag", b"file", b"slot", b"audit"]
LENGTHS = [0, 1, 7, 8, 15, 16, 31, 64, 100, 255, 256, 1000]


def vectors():
    boxes, streams, keys = [], [], []
    for number, length in enumerate(LENGTHS):
        seed = b"box" + bytes([number])
        args = {
            "key": filler(seed + b"key", 32),
            "namespace": NAMESPACES[number % 6],
            "key_id": filler(seed + b"id", 16),
            "place": filler(seed + b"place", number * 5),
            "plaintext": filler(seed + b"text", length),
            "random": filler(seed + b"random", 32),
        }
        boxes.append({**args, "box": seal(**args)})
    for number, length in enumerate([0, 1, 65535, 65536, 65537, 131072]):
        seed = b"stream" + bytes([number])
        args = {
            "key": filler(seed + b"key", 32),
            "namespace": b"file",
            "key_id": filler(seed + b"id", 16),
            "place": filler(seed + b"place", 20),
            "plaintext": bytes([number]) * length,
            "random": filler(seed + b"random", 32),
        }
        sealed = seal_stream(**args)
        args.pop("plaintext")
        streams.append({**args, "byte": bytes([number]), "length": length, "head": sealed[:65], "sha256": sha256(sealed)})
    for label, context in [(b"kaban/db", b""), (b"kaban/db", b"x"), (b"", b""), ("往診".encode(), filler(b"context", 70))]:
        key = filler(b"parent", 32)
        keys.append({"key": key, "label": label, "context": context, "child": derive_key(key, label, context)})
    return {"boxes": boxes, "streams": streams, "keys": keys}


def readable(value, name=""):
    if isinstance(value, dict):
        return {inner: readable(item, inner) for inner, item in value.items()}
    if isinstance(value, list):
        return [readable(item) for item in value]
    if isinstance(value, bytes):
        return value.decode() if name in ("namespace", "label") else value.hex()
    return value


Path(__file__).with_name("kbox.json").write_text(json.dumps(readable(vectors()), indent=1, ensure_ascii=False) + "\n")
