//! The colours of each theme: those of the screens, and what a map needs beside them.

use super::Theme;
use serde_json::{Map, Value};

/// An opaque colour: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ink(pub u8, pub u8, pub u8);

impl Ink {
    const fn hex(code: u32) -> Self {
        Self((code >> 16) as u8, (code >> 8) as u8, code as u8)
    }

    /// Relative luminance, 0 to 1 (WCAG 2.2).
    #[must_use]
    pub fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    fn text(self) -> String {
        format!("#{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }
}

/// How well two colours are told apart, 1 to 21 (WCAG 2.2).
#[must_use]
pub fn contrast(one: Ink, other: Ink) -> f64 {
    let (one, other) = (one.luminance(), other.luminance());
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// One row a colour: what it is for, its word, and its code in each theme.
macro_rules! palette {
    ($($doc:literal $name:ident $day:literal $night:literal $contrast:literal $print:literal)*) => {
        /// The colours of a theme.
        #[derive(Clone, Copy, Debug)]
        pub struct Palette {
            $(#[doc = $doc] pub $name: Ink,)*
            /// Width of the edge around letters, in tenths of a pixel.
            pub halo_tenths: u8,
        }

        impl Palette {
            /// Every colour with the word that stands for it in the look.
            fn colours(&self) -> Vec<(&'static str, Ink)> {
                vec![$((stringify!($name), self.$name)),*]
            }
        }

        const DAY: Palette = Palette { $($name: Ink::hex($day),)* halo_tenths: 14 };
        const NIGHT: Palette = Palette { $($name: Ink::hex($night),)* halo_tenths: 15 };
        const HIGH_CONTRAST: Palette = Palette { $($name: Ink::hex($contrast),)* halo_tenths: 20 };
        const PRINT: Palette = Palette { $($name: Ink::hex($print),)* halo_tenths: 16 };
    };
}

palette! {
    //                                                        day      night    contrast print
    "Land without a use."                      paper              0xf3eee6 0x14110e 0xffffff 0xffffff
    "Sea, lakes, broad rivers."                water              0xc9d8e6 0x12212d 0xb5d3f2 0xdadada
    "Rivers and canals drawn as a line."       water_line         0xa9c1d9 0x1f3a4f 0x2b6cb0 0x9e9e9e
    "Woods."                                   wood               0xdce5ce 0x181d14 0xddebd0 0xf0f0f0
    "Grass."                                   grass              0xe6ecd8 0x1b1e15 0xecf3e2 0xf7f7f7
    "Dry fields."                              farm               0xefe9d6 0x1c1912 0xf7f2e0 0xfcfcfc
    "Rice."                                    rice               0xe2ebdc 0x181d16 0xe6f1e2 0xf9f9f9
    "Orchards."                                orchard            0xe5e8cf 0x1b1d12 0xedf0d8 0xf5f5f5
    "Where people live."                       residential        0xece5db 0x1b1713 0xf5f1ea 0xfafafa
    "Shops and offices."                       commercial         0xf0e2da 0x211813 0xf7e9e2 0xf6f6f6
    "Works."                                   industrial         0xe6e2e2 0x1d1918 0xeeebeb 0xf3f3f3
    "Graves."                                  cemetery           0xdee2d6 0x191b16 0xe4eadd 0xf3f3f3
    "Parks."                                   park               0xdbe8cd 0x19200f 0xddeed0 0xf2f2f2
    "Sand."                                    sand               0xf2e8cf 0x231e14 0xf7edd3 0xfbfbfb
    "Bare rock."                               rock               0xe2ded8 0x1f1c18 0xe6e2dc 0xf4f4f4
    "Ice."                                     glacier            0xedf3f6 0x1d2224 0xeff6fa 0xfafafa
    "Marsh."                                   wetland            0xd6e4de 0x14201c 0xd9ebe4 0xececec
    "Houses."                                  building           0xdfd5c8 0x28221c 0xd2c6b6 0xe0e0e0
    "The edge of a house."                     building_line      0xc6b9a8 0x3a332b 0x6b5f50 0xa0a0a0
    "Motorways."                               motorway           0xf0c27a 0xA07A3A 0xf5a623 0xb0b0b0
    "国道."                                      trunk              0xf7d9a0 0x8A6A36 0xffc65c 0xc4c4c4
    "主要地方道."                                   primary            0xfbebc4 0x735B38 0xffe08a 0xd6d6d6
    "県道."                                      secondary          0xfff8e4 0x5E4F3B 0xfff3c4 0xeaeaea
    "All smaller roads."                       minor              0xffffff 0x4A4137 0xffffff 0xffffff
    "A road in a tunnel."                      tunnel             0xefeae2 0x241f1a 0xededed 0xf4f4f4
    "The edge of a road."                      road_case          0xbfb4a4 0x0a0807 0x4a443c 0x707070
    "The edge of a bridge."                    bridge_case        0x6e665b 0x9a8a74 0x000000 0x202020
    "Farm and forest tracks."                  track              0x9a7b4f 0x8a6e48 0x6b4a17 0x6a6a6a
    "Ways for feet."                           path               0x9a8f80 0x6e6355 0x5c574f 0x7a7a7a
    "Ferries."                                 ferry              0x6f93bc 0x4f6f92 0x1f4f8c 0x707070
    "Railways."                                rail               0x6b655d 0x8a7f72 0x000000 0x303030
    "The light part of a railway's line."      rail_gap           0xffffff 0x14110e 0xffffff 0xffffff
    "Borders."                                 boundary           0x9a8aa6 0x6e6080 0x5b3f8c 0x8a8a8a
    "Letters that are read first."             ink                0x1c1b19 0xf4e9da 0x000000 0x000000
    "Letters that are read second."            soft               0x5c574f 0xc9b9a4 0x2b2824 0x3a3a3a
    "Names of waters."                         water_ink          0x1a4e88 0x9cc3f2 0x00305f 0x2a3a4a
    "Names of hospitals and the like."         medical_ink        0xb3261e 0xff9a8f 0x8a0f0a 0x8a1410
    "The minutes of an isochrone."             route_ink          0x1f5fa8 0x8db8ee 0x003a7a 0x123c6e
    "The edge of letters."                     halo               0xffffff 0x14110e 0xffffff 0xffffff
    "Numbers on road signs."                   shield_ink         0xffffff 0xf4e9da 0xffffff 0xffffff
    "Fill of the sign of a 国道."                shield_national    0x1f4f9c 0x2a4f86 0x0b3a82 0x26415f
    "Fill of the sign of a 県道."                shield_prefectural 0x2b5f8f 0x2f5570 0x124b6e 0x3a4f5f
    "Fill of the sign of a motorway."          shield_motorway    0x2e6b45 0x2c5a3e 0x0f4f2a 0x2c4a38
    "Fill of any other sign."                  shield_plain       0x5c574f 0x4a4238 0x2b2824 0x4a4a4a
    "Numbers on a filled pin."                 pin_ink            0xffffff 0x14110e 0xffffff 0xffffff
    "The edge of signs, and the inside of hollow pins." card               0xffffff 0x14110e 0xffffff 0xffffff
    "安定."                                      stable             0x26703f 0x7ccb98 0x14532d 0x1f683d
    "要注意."                                     watch              0x9a5b00 0xf0b458 0x6b3d00 0x945400
    "不安定."                                     unstable           0xb3261e 0xff9a8f 0x8f1410 0xb3261e
    "看取り期."                                    end_of_life        0x5b3f8c 0xc4a9f2 0x46297a 0x5b3f8c
    "Severity not known."                      unknown            0x5c574f 0xc9b9a4 0x3a362f 0x5c574f
    "Signs of places that are not medical."    public             0x5c574f 0xc9b9a4 0x2b2824 0x3a3a3a
    "The way."                                 route              0x1f5fa8 0x8db8ee 0x003e8a 0x123c6e
    "Its edge."                                route_case         0xffffff 0x0a0807 0xffffff 0xffffff
    "Another way that could be taken."         route_other        0x7c93ad 0x5b7593 0x5b7593 0x6e7e90
    "Roads that are closed."                   closure            0xb3261e 0xff9a8f 0xa30000 0x7a0f0a
    "旧市町村."                                    area               0x5c574f 0xc9b9a4 0x2b2824 0x3a3a3a
    "Where I am."                              me                 0x1f5fa8 0x8db8ee 0x003e8a 0x123c6e
    "Whom the doctor reaches in time."         isochrone          0x1f5fa8 0x8db8ee 0x003e8a 0x123c6e
}

impl Palette {
    /// The palette of a theme.
    #[must_use]
    pub fn of(theme: Theme) -> &'static Self {
        match theme {
            Theme::Day => &DAY,
            Theme::Night => &NIGHT,
            Theme::HighContrast => &HIGH_CONTRAST,
            Theme::Print => &PRINT,
        }
    }

    /// What the words of the look stand for in this theme.
    pub(super) fn words(&self) -> Map<String, Value> {
        let colours = self.colours().into_iter();
        let colours = colours.map(|(word, ink)| (word.to_owned(), Value::from(ink.text())));
        let halo = Value::from(f64::from(self.halo_tenths) / 10.0);
        colours.chain([("halo_width".to_owned(), halo)]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pair of letters and what is behind them.
    fn letters(palette: &Palette) -> Vec<(&'static str, Ink, Ink)> {
        let Palette {
            ink,
            soft,
            water_ink,
            medical_ink,
            route_ink,
            halo,
            paper,
            ..
        } = *palette;
        let mut pairs = Vec::new();
        for (name, letter) in [
            ("ink", ink),
            ("soft", soft),
            ("water_ink", water_ink),
            ("medical_ink", medical_ink),
            ("route_ink", route_ink),
        ] {
            pairs.push((name, letter, halo));
            pairs.push((name, letter, paper));
        }
        pairs.push(("water_ink", water_ink, palette.water));
        for ground in [
            palette.wood,
            palette.farm,
            palette.rice,
            palette.residential,
            palette.park,
        ] {
            pairs.push(("ink", ink, ground));
            pairs.push(("soft", soft, ground));
        }
        for sign in [
            palette.shield_national,
            palette.shield_prefectural,
            palette.shield_motorway,
            palette.shield_plain,
        ] {
            pairs.push(("shield_ink", palette.shield_ink, sign));
        }
        for pin in [
            palette.stable,
            palette.watch,
            palette.unstable,
            palette.end_of_life,
            palette.unknown,
        ] {
            pairs.push(("pin_ink", palette.pin_ink, pin));
        }
        pairs.push(("number on a hollow pin", ink, palette.card));
        pairs
    }

    #[test]
    fn letters_are_read_on_all_that_is_behind_them() {
        for theme in Theme::ALL {
            let least = if theme == Theme::HighContrast {
                7.0
            } else {
                4.5
            };
            for (name, letter, behind) in letters(Palette::of(theme)) {
                let found = contrast(letter, behind);
                assert!(
                    found >= least,
                    "{theme:?}: {name} on {behind:?}: {found:.2}"
                );
            }
        }
    }

    #[test]
    fn what_is_drawn_over_the_map_stands_out_from_the_land() {
        for theme in Theme::ALL {
            let palette = Palette::of(theme);
            for (name, ink) in [
                ("route", palette.route),
                ("closure", palette.closure),
                ("area", palette.area),
                ("me", palette.me),
                ("unstable", palette.unstable),
                ("watch", palette.watch),
                ("stable", palette.stable),
                ("end_of_life", palette.end_of_life),
            ] {
                for land in [palette.paper, palette.wood, palette.rice, palette.minor] {
                    let found = contrast(ink, land);
                    assert!(found >= 3.0, "{theme:?}: {name} on {land:?}: {found:.2}");
                }
            }
        }
    }

    #[test]
    fn a_black_and_white_print_keeps_water_roads_and_the_way_apart() {
        let palette = Palette::of(Theme::Print);
        for (what, light, dark, least) in [
            ("water on land", palette.paper, palette.water, 1.3),
            (
                "a road's edge on land",
                palette.paper,
                palette.road_case,
                4.0,
            ),
            (
                "a road's edge on water",
                palette.water,
                palette.road_case,
                3.0,
            ),
            (
                "a road's edge and a main road",
                palette.trunk,
                palette.road_case,
                2.5,
            ),
            (
                "a main road and a small one",
                palette.minor,
                palette.trunk,
                1.5,
            ),
            (
                "the way on a main road",
                palette.motorway,
                palette.route,
                4.5,
            ),
            ("the way on land", palette.paper, palette.route, 7.0),
            ("a closed road on land", palette.paper, palette.closure, 7.0),
            ("houses on land", palette.paper, palette.building, 1.25),
        ] {
            let found = contrast(light, dark);
            assert!(
                light.luminance() > dark.luminance() && found >= least,
                "{what}: {found:.2}"
            );
        }
    }

    #[test]
    fn the_night_has_no_bright_ground() {
        let palette = Palette::of(Theme::Night);
        for (word, ink) in palette.colours() {
            let ground = [
                "paper",
                "water",
                "wood",
                "grass",
                "farm",
                "rice",
                "orchard",
                "residential",
                "building",
            ];
            assert!(!ground.contains(&word) || ink.luminance() < 0.03, "{word}");
        }
    }

    #[test]
    fn contrast_is_that_of_black_on_white() {
        assert!((contrast(Ink::hex(0), Ink::hex(0xff_ff_ff)) - 21.0).abs() < 1e-9);
    }
}
