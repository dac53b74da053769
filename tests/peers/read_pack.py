"""Reads the base map of a pack with readers that are not ours and prints what it finds as JSON.

usage: read_pack.py PACK      needs PyPI: pmtiles, mapbox-vector-tile

Prints {"tiles": {zoom: count}, "layers": {name: features}, "schema", "attribution", "bytes", "errors": [...]}; exit 1 when
there are errors. A pack is a PMTiles archive with Kaban's sections behind it, so the readers must not mind the tail.
"""

import gzip
import json
import sys
from collections import Counter

import mapbox_vector_tile
from pmtiles.reader import MmapSource, Reader, all_tiles
from pmtiles.tile import Compression, TileType, tileid_to_zxy, zxy_to_tileid

ERRORS_MAX = 20
KINDS = {
    "landuse": {"Polygon", "MultiPolygon"},
    "building": {"Polygon", "MultiPolygon"},
    "road": {"LineString", "MultiLineString"},
    "boundary": {"LineString", "MultiLineString"},
    "place": {"Point", "MultiPoint"},
    "poi": {"Point", "MultiPoint"},
    "housenumber": {"Point", "MultiPoint"},
}


def read(path):
    tiles, layers, errors = Counter(), Counter(), []

    def complain(where, what):
        if len(errors) < ERRORS_MAX:
            errors.append(f"{where}: {what}")

    with open(path, "rb") as file:
        source = MmapSource(file)
        reader = Reader(source)
        header, metadata = reader.header(), reader.metadata()
        if header["tile_type"] != TileType.MVT:
            complain("header", f"tile type {header['tile_type']}")
        for part in ("internal_compression", "tile_compression"):
            if header[part] != Compression.GZIP:
                complain("header", f"{part} {header[part]}")
        # Archives turned from MBTiles keep the layers in a text inside.
        inner = json.loads(metadata.get("json", "{}"))
        listed = metadata.get("vector_layers") or inner.get("vector_layers", [])
        known = {layer["id"]: set(layer["fields"]) for layer in listed}
        before = -1
        for (z, x, y), packed in all_tiles(source):
            where = f"{z}/{x}/{y}"
            number = zxy_to_tileid(z, x, y)
            if number <= before or tileid_to_zxy(number) != (z, x, y):
                complain(where, "out of order")
            before = number
            if reader.get(z, x, y) != packed:
                complain(where, "is not found where it is listed")
            tiles[z] += 1
            try:
                tile = mapbox_vector_tile.decode(gzip.decompress(packed), default_options={"y_coord_down": True})
            except Exception as error:  # whatever a foreign decoder dislikes is worth a line
                complain(where, f"does not decode: {error!r}")
                continue
            if not tile:
                complain(where, "is empty")
            for name, layer in tile.items():
                layers[name] += len(layer["features"])
                if name not in known:
                    complain(where, f"layer {name} is not in the metadata")
                for feature in layer["features"]:
                    unknown = set(feature["properties"]) - known.get(name, set())
                    if unknown:
                        complain(where, f"{name} has fields {sorted(unknown)}")
                    kind = feature["geometry"]["type"]
                    if metadata.get("schema") == "kaban-1" and kind not in KINDS.get(name, {kind}):
                        complain(where, f"{name} is a {kind}")
        if sum(tiles.values()) != header["addressed_tiles_count"]:
            complain("header", f"counts {header['addressed_tiles_count']} tiles")
        if tiles and (min(tiles), max(tiles)) != (header["min_zoom"], header["max_zoom"]):
            complain("header", f"zooms {header['min_zoom']}–{header['max_zoom']}")
    return {
        "tiles": {str(zoom): count for zoom, count in sorted(tiles.items())},
        "layers": dict(sorted(layers.items())),
        "schema": metadata.get("schema"),
        "attribution": metadata.get("attribution"),
        "bytes": header["tile_data_offset"] + header["tile_data_length"],
        "errors": errors,
    }


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    found = read(sys.argv[1])
    print(json.dumps(found, ensure_ascii=False, indent=2))
    sys.exit(1 if found["errors"] else 0)
