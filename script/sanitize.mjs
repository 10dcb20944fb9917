/**
 * script/test --sanitize: builds the addon with AddressSanitizer and UBSan, then with
 * ThreadSanitizer, runs the suite on each and reads what they wrote. The last line counts.
 *
 * Node, V8 and the other addons are not instrumented, so findings about them say little: a leak or
 * a race counts where the addon is in its stacks; an AddressSanitizer error always counts.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const counts = { passed: 0, failed: 0, skipped: 0 };

function library(name) {
  return execFileSync('g++', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();
}

/** Empties the folder that the sanitizer writes to; it holds one file a process. */
function reportFolder(name) {
  const folder = resolve('.cache', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

function findings(folder) {
  const found = new Set();
  for (const file of readdirSync(folder)) {
    if (!file.startsWith('report')) continue;
    const text = readFileSync(join(folder, file), 'utf8');
    const isRace = text.includes('ThreadSanitizer');
    for (const block of text.split(isRace ? /^=+$/m : /\n\n+/)) {
      const ours = /[/(]thalweg(_lab)?\.node/.test(block);
      const error = /ERROR: AddressSanitizer|runtime error:|ThreadSanitizer:DEADLYSIGNAL/.test(
        block,
      );
      const leakOrRace = /^(Direct|Indirect) leak|WARNING: ThreadSanitizer/m.test(block);
      // Our calls run above V8's helpers of parallel jobs; and process.exit leaves threads to the
      // system in the middle of training, on purpose.
      if (/v8::platform::DefaultJob|ThreadSanitizer: thread leak/.test(block)) continue;
      if (error || (leakOrRace && ours)) found.add(block.trim());
    }
  }
  return [...found];
}

function suite(environment, wrapper, report) {
  const [file, ...args] = [
    ...wrapper,
    process.execPath,
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const { status } = spawnSync(file, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
  });
  const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
  counts.passed += result.numPassedTests ?? 0;
  counts.failed += result.numFailedTests ?? 0;
  counts.skipped += result.numPendingTests ?? 0;
  // vitest does not count a crash outside every test as a failure.
  if (status !== 0 && !(result.numFailedTests > 0)) ++counts.failed;
}

/** Builds, runs the suite, and counts the sanitizer's findings as one more test. */
function sanitize(kind, { runtime, options, wrapper = [] }) {
  const build = spawnSync('script/build', [`--sanitize=${kind}`], { stdio: 'inherit' });
  if (build.status !== 0) {
    ++counts.failed;
    return;
  }
  const short = kind === 'address' ? 'asan' : 'tsan';
  const folder = reportFolder(short);
  const environment = {
    THALWEG_ADDON: resolve(`build-${short}/Release/thalweg.node`),
    THALWEG_SANITIZER: kind,
    THALWEG_SANITIZER_LIBRARY: library(runtime),
    ...options(join(folder, 'report')),
  };
  suite(environment, wrapper, join(folder, 'suite.json'));
  const found = findings(folder);
  for (const finding of found) console.log(`\n${finding}`);
  ++counts[found.length === 0 ? 'passed' : 'failed'];
  console.log(`${found.length === 0 ? 'ok   ' : 'FAIL '} findings of the ${kind} sanitizer`);
}

sanitize('address', {
  runtime: 'libasan.so',
  options: (log) => ({
    // Tests ask for sizes that no machine has: the allocator answers null, as malloc does. Other
    // tests look at the process's size, and freed memory that is kept aside (256 MB by default)
    // would hide it.
    ASAN_OPTIONS: `detect_leaks=1:allocator_may_return_null=1:quarantine_size_mb=4:log_path=${log}`,
    UBSAN_OPTIONS: `print_stacktrace=1:log_path=${log}`,
    LSAN_OPTIONS: 'exitcode=0',
  }),
});
sanitize('thread', {
  runtime: 'libtsan.so',
  options: (log) => ({ TSAN_OPTIONS: `exitcode=0:report_signal_unsafe=0:log_path=${log}` }),
  // Where the kernel spreads addresses widely, ThreadSanitizer cannot map its shadow memory.
  wrapper: spawnSync('setarch', ['-R', 'true']).status === 0 ? ['setarch', '-R'] : [],
});

console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 ? 1 : 0;
