/**
 * node script/check-kernels.mjs [FOLDER of the build, default build]
 * Reads what nvcc made of the kernels, after script/build --cuda: registers and spills as ptxas
 * reports them, and the fused multiply-adds of the PTX. No kernel of an optimizer step may spill, and
 * only the kernels named below may fuse: the others promise the processor's bits. The PTX may hold no
 * sum or product without a rounding either, for ptxas is free to fuse it. Where cuobjdump is on PATH,
 * the check reads the machine code too.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(process.argv[2] ?? 'build', 'backends/cuda');
const mayFuse =
  /square_sum_kernel|tensor_sums_kernel|product_kernel|depthwise_\w+_kernel|WeightGradient/;
const mayNotSpill =
  /step_kernel|square_sum_kernel|norm_kernel|tensor_sums_kernel|tensor_ratio_kernel/;
const breaches = [];

/** Makes a name such as `step_kernel<Adam>` from a mangled one. */
function readable(name) {
  const full = execFileSync('c++filt', [name], { encoding: 'utf8' });
  const [, kernel = name, argument = ''] =
    /(\w+_kernel)(?:<(.*?)>)?\((?:thalweg|\))/.exec(full) ?? [];
  const short = argument.replace(/\w+::|\(anonymous namespace\)::/g, '');
  return short === '' ? kernel : `${kernel}<${short}>`;
}

function readReport(file) {
  const text = readFileSync(file, 'utf8');
  const pattern =
    /Compiling entry function '(\w+)' for '(\w+)'[\s\S]*?(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads[\s\S]*?Used (\d+) registers/g;
  return [...text.matchAll(pattern)].map(([, name, target, stack, stores, loads, registers]) => ({
    name,
    target,
    stack: Number(stack),
    spills: Number(stores) + Number(loads),
    registers: Number(registers),
  }));
}

function readFused(file) {
  const entries = readFileSync(file, 'utf8')
    .split(/^\s*(?:\.visible|\.weak)? *\.entry /m)
    .slice(1);
  return entries.map((text) => ({
    name: /^\w+/.exec(text)[0],
    fused: [...text.matchAll(/\bfma\.rn/g)].length,
    loose: [...text.matchAll(/\b(?:add|sub|mul)\.f(?:32|64)\b/g)].length,
    // Divisions and roots are sequences with fused multiply-adds in machine code.
    expands: /\b(?:div|rem|rcp|sqrt|fma)\./.test(text),
  }));
}

/**
 * Returns each kernel's fused multiply-adds in machine code; it is empty without a disassembler.
 */
function readMachineCode(file) {
  let text;
  try {
    text = execFileSync('cuobjdump', ['-sass', file], {
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return [];
  }
  return text
    .split(/^\s*Function : /m)
    .slice(1)
    .map((code) => ({
      name: /^\w+/.exec(code)[0],
      fused: [...code.matchAll(/\b[FD]FMA\b/g)].length,
    }));
}

if (!existsSync(folder)) {
  console.error('no CUDA build: run script/build --cuda first');
  process.exit(1);
}
for (const file of readdirSync(folder).filter((name) => name.endsWith('.log'))) {
  for (const kernel of readReport(join(folder, file))) {
    console.log(
      `${readable(kernel.name)} ${kernel.target}: ${kernel.registers} registers` +
        (kernel.stack > 0 ? `, ${kernel.stack} bytes of stack` : '') +
        (kernel.spills > 0 ? `, ${kernel.spills} bytes spilled` : ''),
    );
    if (kernel.spills > 0 && mayNotSpill.test(kernel.name))
      breaches.push(`${readable(kernel.name)} spills on ${kernel.target}`);
  }
}
let entries = 0;
const plain = new Set(); // kernels whose machine code has no reason to fuse
for (const name of readdirSync(join(folder, 'ptx'), { recursive: true })) {
  if (!name.endsWith('.ptx')) continue;
  for (const kernel of readFused(join(folder, 'ptx', name))) {
    entries++;
    if (!kernel.expands) plain.add(kernel.name);
    if (kernel.loose > 0)
      breaches.push(`${readable(kernel.name)} has ${kernel.loose} operations that may be fused`);
    if (kernel.fused > 0 && !mayFuse.test(kernel.name))
      breaches.push(`${readable(kernel.name)} has ${kernel.fused} fused multiply-adds`);
  }
}
for (const file of readdirSync(folder).filter((name) => name.endsWith('.cu.o')))
  for (const { name, fused } of readMachineCode(join(folder, file)))
    if (fused > 0 && plain.has(name))
      breaches.push(`${readable(name)} has ${fused} fused multiply-adds in machine code`);
if (entries === 0) breaches.push('no kernel found in the PTX');
for (const breach of breaches) console.error(breach);
process.exit(breaches.length === 0 ? 0 : 1);
