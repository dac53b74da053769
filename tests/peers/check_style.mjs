// Holds styles against MapLibre's own validator, and against Kaban's promise that no style names an address of a network.
//
//   npm install @maplibre/maplibre-gl-style-spec     (in any folder)
//   NODE_PATH=that/node_modules node check_style.mjs style-day.json …
//
// Prints a line for each file; exits with 1 on any error, with 2 when it was given nothing to check.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const folders = [process.cwd(), ...(process.env.NODE_PATH ?? '').split(':').filter(Boolean).map(folder => join(folder, '..'))];
const validate = await loaded();

async function loaded() {
    for (const folder of folders) {
        try {
            const found = createRequire(join(folder, 'index.js')).resolve('@maplibre/maplibre-gl-style-spec');
            return (await import(found)).validateStyleMin;
        } catch (error) {
            if (error.code !== 'MODULE_NOT_FOUND') throw error;
        }
    }
    console.error('npm install @maplibre/maplibre-gl-style-spec first, and name its folder in NODE_PATH');
    process.exit(2);
}

/** Every address that MapLibre would read. */
function addresses(style) {
    const sources = Object.values(style.sources).flatMap(source => [source.url, source.data, ...(source.tiles ?? [])]);
    return [style.glyphs, style.sprite, ...sources].filter(address => typeof address === 'string');
}

const allowed = /^(pmtiles:\/\/file:\/\/\/|file:\/\/\/|asset:\/\/)/;
const files = process.argv.slice(2);
let faults = 0;
for (const file of files) {
    const text = readFileSync(file, 'utf8');
    const style = JSON.parse(text);
    const found = validate(style).map(error => error.message);
    if (/http/i.test(text)) found.push('names http');
    found.push(...addresses(style).filter(address => !allowed.test(address)).map(address => `an address that is not local: ${address}`));
    console.log(`${file}: ${style.layers.length} layers, ${found.length} faults`);
    for (const fault of found) console.log(`  ${fault}`);
    faults += found.length;
}
process.exit(files.length === 0 ? 2 : faults === 0 ? 0 : 1);
