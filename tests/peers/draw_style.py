"""Draws a style with MapLibre Native, so that a person can look at it.

    pip install mapli                 (MapLibre Native for Linux; needs EGL and a display)
    xvfb-run -a python draw_style.py style-day.json out.png LON LAT ZOOM [LIVE.json]

LIVE.json fills the live sources, as the phone does: {"houses": {"type": "FeatureCollection", …}, …}.
Exits with an error if MapLibre cannot load the style, a tile, a glyph file or a sprite.
"""

import json
import sys

import mapli


def main(style_file, out, lon, lat, zoom, live_file=None):
    with open(style_file, encoding="utf-8") as file:
        style = json.load(file)
    if live_file:
        with open(live_file, encoding="utf-8") as file:
            for source, features in json.load(file).items():
                style["sources"][source]["data"] = features
    pool = mapli.RenderPool(workers=1)
    pool.register_style("style", json=json.dumps(style))
    picture = pool.render(
        "style", lon=float(lon), lat=float(lat), zoom=float(zoom), width=700, height=520, pixel_ratio=2.0
    )
    with open(out, "wb") as file:
        file.write(picture)


if __name__ == "__main__":
    main(*sys.argv[1:])
