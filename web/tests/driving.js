// What the tests do with the app in the page: press, wait for what it says, give it files and take them.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
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
