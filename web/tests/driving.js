// What the tests do with the app in the page: press, wait for what it says, give it files and take them.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { deflateSync } from "node:zlib";
import { PATIENCE, native } from "./support.js";

const runFile = promisify(execFile);

/** A link to an experiment: the address with settings behind the #. */
export function link(address, settings) {
    return `${address}#${new URLSearchParams(settings)}`;
}

/** Waits until the state that is read out matches, and returns it. */
export async function untilState(page, pattern) {
    return untilSaid(page, "status", pattern);
}

/** Waits until what says how far the run is matches, and returns it. */
export async function untilProgress(page, pattern) {
    return untilSaid(page, "progress", pattern);
}

async function untilSaid(page, name, pattern) {
    const said = await page.waitForFunction(
        ([name, pattern]) => {
            const text = document.getElementById(name).textContent;
            const isOver = !document.getElementById("message").hidden;
            return new RegExp(pattern, "u").test(text) || isOver ? { text, isOver } : null;
        },
        [name, pattern.source],
        { timeout: PATIENCE },
    );
    const { text, isOver } = await said.jsonValue();
    if (isOver) throw new Error(`the page says: ${await page.innerText("#message")}`);
    return text;
}

/** The number of steps that the page says are done. */
export async function steps(page) {
    const text = await page.textContent("#progress");
    return Number(/Step ([\d,]+)/u.exec(text)?.[1].replaceAll(",", "") ?? NaN);
}

/** Presses a button of the page as a screen reader does: by its name, without a place. */
export async function press(page, name) {
    await page.waitForSelector(`#${name}:not([disabled])`, { state: "attached", timeout: PATIENCE });
    await page.evaluate((name) => document.getElementById(name).click(), name);
}

/** Drops files or folders onto the canvas, as from the desktop. */
export async function drop(page, ...files) {
    const session = await page.context().newCDPSession(page);
    const data = { items: [], files, dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"]) {
        await session.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
    }
    await session.detach();
}

/** Does something from the list of all commands: the one that words find, or some lines further `down`. */
export async function command(page, words, { down = 0 } = {}) {
    await page.focus("#app");
    await page.keyboard.press("Control+p");
    // The interface library takes the focus to a field of its own where text can be typed.
    await page.waitForFunction(() => document.activeElement?.tagName === "INPUT");
    await page.keyboard.type(words);
    for (let line = 0; line < down; line += 1) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
}

/** Takes a download that something brings about; returns its path. */
export async function download(page, cause) {
    const coming = page.waitForEvent("download", { timeout: PATIENCE });
    await cause();
    const came = await coming;
    const file = path.join(await folder(), came.suggestedFilename());
    await came.saveAs(file);
    return file;
}

/** A folder for one test, which the system throws away at some time. */
export async function folder() {
    return mkdtemp(path.join(tmpdir(), "bnonly-web-"));
}

/** Takes an archive apart; returns the folder. */
export async function unpack(archive) {
    const into = await folder();
    await runFile("tar", ["-xzf", archive, "-C", into]);
    return into;
}

/** Runs the program on this machine, and returns what it prints. */
export async function bnonly(...args) {
    const { stdout } = await runFile(native(), args, { timeout: 10 * PATIENCE });
    return stdout;
}

/** The lines of a metrics file, as objects. */
export async function metrics(file) {
    const text = await readFile(file, "utf8");
    return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

/**
 * CIFAR-10's archive with a few images that can be told apart: a class is a brightness. Returns its path.
 * `broken` leaves the last byte of a file out.
 */
export async function cifar({ images = 64, broken = false } = {}) {
    const root = await folder();
    const inside = path.join(root, "cifar-10-batches-bin");
    await mkdir(inside);
    const records = Buffer.alloc(images * 3073);
    for (let image = 0; image < images; image += 1) {
        const label = image % 10;
        records[image * 3073] = label;
        for (let at = 1; at < 3073; at += 1) {
            records[image * 3073 + at] = 20 * label + ((image * 7 + at * 13) % 40);
        }
    }
    for (const name of [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`)) {
        await writeFile(path.join(inside, name), records);
    }
    await writeFile(path.join(inside, "test_batch.bin"), broken ? records.subarray(0, -1) : records);
    const archive = path.join(root, "cifar-10-binary.tar.gz");
    await runFile("tar", ["-czf", archive, "-C", root, "cifar-10-batches-bin"]);
    return archive;
}

/** A folder `pictures` of two classes, a brightness each. Returns its path. */
export async function pictures({ each = 8 } = {}) {
    const root = path.join(await folder(), "pictures");
    for (const [name, grey] of [["dark", 40], ["light", 200]]) {
        await mkdir(path.join(root, name), { recursive: true });
        for (let at = 0; at < each; at += 1) await writeFile(path.join(root, name, `${at}.png`), png(grey + at));
    }
    return root;
}

/** A grey picture of 16×16 pixels as PNG (https://www.w3.org/TR/png-3/). */
function png(grey) {
    const chunk = (type, data) => {
        const body = Buffer.concat([Buffer.from(type), data]);
        const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
        length.writeUInt32BE(data.length);
        check.writeUInt32BE(crc32(body));
        return Buffer.concat([length, body, check]);
    };
    const header = Buffer.alloc(13);
    header.writeUInt32BE(16, 0);
    header.writeUInt32BE(16, 4);
    // Eight bits of grey, neither filtered nor interlaced.
    header.set([8, 0, 0, 0, 0], 8);
    const rows = Buffer.alloc(16 * 17, grey);
    for (let row = 0; row < 16; row += 1) rows[17 * row] = 0;
    const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

/** The checksum of a PNG's chunks. */
function crc32(bytes) {
    let rest = 0xffffffff;
    for (const byte of bytes) {
        rest ^= byte;
        for (let bit = 0; bit < 8; bit += 1) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
    }
    return (rest ^ 0xffffffff) >>> 0;
}
