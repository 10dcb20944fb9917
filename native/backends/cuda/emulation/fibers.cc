// Runs a grid on the processor: the threads of a block are fibers, each with a
// stack of its own, that run one after another up to the next barrier. One grid
// runs at a time.
#include <setjmp.h>
#include <ucontext.h>

#include <cstdlib>
#include <mutex>
#include <vector>

#include "backends/cuda/emulation/cuda_runtime.h"

emulation::Coordinates threadIdx, blockIdx, blockDim, gridDim;

namespace emulation {

namespace {

constexpr unsigned kWarp = 32;
constexpr unsigned kMostThreads = 1024;
constexpr size_t kStackBytes = size_t{64} << 10;

enum class State { kReady, kAtBlock, kAtWarp, kDone };

struct Fiber {
  State state = State::kDone;
  bool started = false;
  unsigned meeting = 0;  // of the warp, that it comes to next
  jmp_buf resume;
  ucontext_t start;
  std::vector<char> stack;
};

// Plain globals, under `running`: fibers outlive the host thread that began them,
// and thread-local addresses must not be kept across a switch.
std::mutex running;
std::vector<Fiber>& fibers = *new std::vector<Fiber>(kMostThreads);
const std::function<void()>* body;
Fiber* current;
unsigned current_thread;
jmp_buf scheduler;
uint64_t exchanged[2][kMostThreads];

void yield(State state) {
  current->state = state;
  if (_setjmp(current->resume) == 0) _longjmp(scheduler, 1);
}

void run_threads() {
  for (;;) {
    (*body)();
    yield(State::kDone);
  }
}

void resume(unsigned thread) {
  current = &fibers[thread];
  current_thread = thread;
  threadIdx = {thread, 0, 0};
  if (_setjmp(scheduler) != 0) return;
  if (current->started) _longjmp(current->resume, 1);
  current->started = true;
  current->stack.resize(kStackBytes);
  getcontext(&current->start);
  current->start.uc_stack.ss_sp = current->stack.data();
  current->start.uc_stack.ss_size = kStackBytes;
  makecontext(&current->start, &run_threads, 0);
  setcontext(&current->start);
}

// Releases the fibers [first, last) if all that still run wait in `state`.
bool release(State state, unsigned first, unsigned last) {
  bool any = false;
  for (unsigned i = first; i < last; ++i) {
    if (fibers[i].state != State::kDone && fibers[i].state != state) return false;
    any = any || fibers[i].state == state;
  }
  for (unsigned i = first; any && i < last; ++i)
    if (fibers[i].state == state) fibers[i].state = State::kReady;
  return any;
}

void run_block(unsigned threads) {
  for (unsigned i = 0; i < threads; ++i) {
    fibers[i].state = State::kReady;
    fibers[i].meeting = 0;
  }
  for (bool progress = true; progress;) {
    for (unsigned i = 0; i < threads; ++i)
      if (fibers[i].state == State::kReady) resume(i);
    progress = release(State::kAtBlock, 0, threads);
    for (unsigned first = 0; first < threads; first += kWarp)
      progress |= release(State::kAtWarp, first, first + kWarp < threads ? first + kWarp : threads);
  }
  for (unsigned i = 0; i < threads; ++i)
    if (fibers[i].state != State::kDone) std::abort();  // a barrier that not all threads reach
}

}  // namespace

unsigned lane() { return current_thread % kWarp; }
void sync_block() { yield(State::kAtBlock); }

// Two places in turn: who comes to the next meeting knows that all have left the
// one before the last.
uint64_t exchange(uint64_t value, unsigned source) {
  uint64_t* place = exchanged[current->meeting++ % 2] + current_thread / kWarp * kWarp;
  place[current_thread % kWarp] = value;
  yield(State::kAtWarp);
  return place[source];
}

void run_grid(const cudaLaunchConfig_t& config, const std::function<void()>& thread) {
  const std::lock_guard<std::mutex> lock(running);
  body = &thread;
  gridDim = {config.gridDim.x, 1, 1};
  blockDim = {config.blockDim.x, 1, 1};
  for (unsigned block = 0; block < config.gridDim.x; ++block) {
    blockIdx = {block, 0, 0};
    run_block(config.blockDim.x);
  }
}

}  // namespace emulation
