// The page trains, as the program for this machine does.

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import path from "node:path";
import test from "node:test";
import { bnonly, command, download, folder, link, metrics, press, steps, unpack, untilProgress, untilState } from "./driving.js";
import { openApp, shoot, withPage } from "./support.js";

/** Twenty steps that end soon also where the processor computes, on so few images that the loss falls. */
const SHORT = {
    model: "resnet-8",
    "limit-train": "64",
    "limit-test": "32",
    epochs: "10",
    "max-steps": "20",
    "batch-size": "32",
    optimizer: "adam",
    lr: "0.01",
    schedule: "constant",
    augment: "false",
    seed: "3",
};

/** Within the map of channels, in a window of 1280×800: rows of the second stage. */
const MAP = { left: 400, top: 620, right: 620, bottom: 680 };

test("it begins by itself, with the first look", async () => {
    await withPage({}, async (page, server) => {
        await openApp(page, server.address());
        await untilState(page, /^(Trying ways to compute|Compiling kernels)/);
        await shoot(page, "trains-not-yet");
        assert.deepEqual(page.faults, []);
    });
});

test("it trains, pauses, makes a step, goes on, and stops", async (t) => {
    await withPage({}, async (page, server) => {
        const { "max-steps": _, ...endless } = { ...SHORT, epochs: "10000", "limit-train": "3200" };
        await openApp(page, link(server.address(), endless));
        await page.click("#dismiss");
        const empty = await shoot(page, "trains-before");
        await press(page, "do-start");
        await untilState(page, /resnet-8 · bn · digits: training/);
        await untilProgress(page, /Step (\d{2,}) of .*images a second/);

        await press(page, "do-pause");
        await untilState(page, /paused after step/);
        const held = await steps(page);
        await page.waitForTimeout(3000);
        assert.equal(await steps(page), held);
        const paused = await shoot(page, "trains-paused");
        t.diagnostic(`colours of the map: ${empty.colours(MAP)} before, ${paused.colours(MAP)} after`);
        assert.ok(empty.colours(MAP) < 5);
        assert.ok(paused.colours(MAP) > 20);

        await press(page, "do-step");
        await page.waitForFunction((held) => document.getElementById("progress").textContent.startsWith(`Step ${held + 1} of`), held);
        await untilState(page, /paused after step/);

        await press(page, "do-pause");
        await untilState(page, /training/);
        await page.waitForFunction((held) => Number(/Step (\d+)/.exec(document.getElementById("progress").textContent)[1]) > held + 2, held);

        await press(page, "do-stop");
        await untilState(page, /stopped and saved after step/);
        t.diagnostic(await page.textContent("#progress"));
        assert.deepEqual(page.faults, []);
    });
});

test("a link opens an experiment, whose losses and accuracy are the native program's", async (t) => {
    await withPage({}, async (page, server) => {
        await openApp(page, link(server.address(), SHORT));
        const begin = Date.now();
        await press(page, "do-start");
        await untilState(page, /finished after step 20/);
        t.diagnostic(`twenty steps and two evaluations took ${Date.now() - begin} ms`);
        const archive = await download(page, () => command(page, "whole run"));
        // "Save a checkpoint" comes before "Checkpoint".
        const checkpoint = await download(page, () => command(page, "checkpoint", { down: 1 }));
        await shoot(page, "trains-finished");
        assert.match(path.basename(archive), /\.tar\.gz$/);
        assert.match(path.basename(checkpoint), /\.safetensors$/);
        assert.deepEqual(page.faults, []);

        const run = await onlyFolder(await unpack(archive));
        const here = await metrics(path.join(run, "metrics.jsonl"));
        const out = path.join(await folder(), "run");
        const args = Object.entries(SHORT).flatMap(([name, value]) => (name === "augment" ? ["--no-augment"] : [`--${name}`, value]));
        await bnonly("train", ...args, "--out", out, "--quiet");
        const there = await metrics(path.join(out, "metrics.jsonl"));
        const losses = (events) => events.filter((event) => event.kind === "step").map((event) => event.loss);
        const [a, b] = [losses(here), losses(there)];
        assert.equal(a.length, 20);
        assert.equal(b.length, 20);
        const worst = Math.max(...a.map((loss, at) => Math.abs(loss - b[at]) / b[at]));
        t.diagnostic(`largest relative difference of a loss ${worst.toExponential(1)}`);
        assert.ok(worst < 1e-3, `${worst}: ${a} against ${b}`);
        const mean = (losses) => losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
        assert.ok(mean(a.slice(-4)) < 0.95 * mean(a.slice(0, 4)), `the loss does not fall: ${a}`);

        const { accuracy } = here.findLast((event) => event.kind === "eval");
        for (const saved of [run, checkpoint]) {
            const said = JSON.parse(await bnonly("eval", saved, "--json"));
            assert.equal(said.accuracy, accuracy, saved);
            assert.equal(said.images, Number(SHORT["limit-test"]));
        }
    });
});

/** The one thing in a folder. */
async function onlyFolder(folder) {
    const names = await readdir(folder);
    assert.equal(names.length, 1, names.join(", "));
    return path.join(folder, names[0]);
}
