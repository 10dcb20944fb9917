#include "backends/cuda/emulation/fibers.h"

#include <setjmp.h>
#include <ucontext.h>

#include <cstdio>
#include <cstring>
#include <vector>

#include "backends/cuda/emulation/chance.h"
#include "backends/cuda/emulation/cuda_runtime.h"

emulation::Coordinates threadIdx, blockIdx, blockDim, gridDim;

// shared_memory.ld places the __shared__ variables of kernels between these symbols.
extern "C" __attribute__((visibility("hidden"))) char emulated_shared_begin[];
extern "C" __attribute__((visibility("hidden"))) char emulated_shared_end[];

namespace emulation {

namespace {

constexpr unsigned kWarp = 32;
constexpr unsigned kMostThreads = 1024;
constexpr size_t kStackBytes = size_t{64} << 10;
constexpr int kUnwritten = 0xFF;  // this byte makes every float a NaN

enum class State { kReady, kAtBlock, kAtWarp, kDone };

struct Fiber {
  State state = State::kDone;
  bool started = false;
  unsigned meeting = 0;  // the number of its next exchange
  unsigned mask = 0;     // the lanes that take part in that exchange
  jmp_buf resume;
  ucontext_t start;
  std::vector<char> stack;
};

// These are plain globals under the lock. Fibers outlive the host thread that began them, and an
// address of a thread-local variable must not be kept across a switch.
std::vector<Fiber>& fibers = *new std::vector<Fiber>(kMostThreads);
const std::function<void()>* body;
cudaError_t failure;
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

void fail(cudaError_t error, const char* what) {
  if (failure != cudaSuccess) return;
  std::fprintf(stderr, "emulated GPU: block %u, thread %u: %s\n", blockIdx.x, threadIdx.x, what);
  failure = error;
}

// Runs each ready thread until it waits. Now and then it holds a warp back. Returns false where no
// thread is ready.
bool run_ready(unsigned threads) {
  const uint64_t kept_back = roll(uint64_t{1} << kWarp) & roll(uint64_t{1} << kWarp);
  const Order order(threads);
  bool any = false;
  for (unsigned i = 0; i < threads && failure == cudaSuccess; ++i) {
    const auto thread = static_cast<unsigned>(order[i]);
    if (fibers[thread].state != State::kReady) continue;
    any = true;
    if ((kept_back >> thread / kWarp & 1) == 0) resume(thread);
  }
  return any;
}

// Releases the barrier of a block when all threads that still run have reached it.
bool release_block(unsigned threads) {
  bool any = false;
  for (unsigned i = 0; i < threads; ++i) {
    if (fibers[i].state != State::kDone && fibers[i].state != State::kAtBlock) return false;
    any = any || fibers[i].state == State::kAtBlock;
  }
  for (unsigned i = 0; any && i < threads; ++i)
    if (fibers[i].state == State::kAtBlock) fibers[i].state = State::kReady;
  return any;
}

// Returns true where all lanes of the mask wait for the same exchange.
bool have_met(unsigned first, unsigned threads, unsigned mask) {
  for (unsigned lane = 0; lane < kWarp; ++lane) {
    if ((mask >> lane & 1) == 0) continue;
    const bool exists = first + lane < threads;
    if (!exists || fibers[first + lane].state == State::kDone) {
      fail(cudaErrorLaunchFailure, "a shuffle with a lane that does not exist or has ended");
      return false;
    }
    const Fiber& fiber = fibers[first + lane];
    if (fiber.state != State::kAtWarp || fiber.mask != mask) return false;
  }
  return true;
}

bool release_warp(unsigned first, unsigned threads) {
  bool any = false;
  for (unsigned i = first; i < threads && i < first + kWarp; ++i) {
    if (fibers[i].state != State::kAtWarp || !have_met(first, threads, fibers[i].mask)) continue;
    const unsigned mask = fibers[i].mask;
    for (unsigned lane = 0; lane < kWarp; ++lane)
      if ((mask >> lane & 1) != 0) fibers[first + lane].state = State::kReady;
    any = true;
  }
  return any;
}

bool release(unsigned threads) {
  bool any = release_block(threads);
  for (unsigned first = 0; first < threads; first += kWarp) any |= release_warp(first, threads);
  return any;
}

// Threads that have not ended begin anew in the next block.
void abandon(unsigned threads) {
  for (unsigned i = 0; i < threads; ++i) {
    if (fibers[i].state != State::kDone) fibers[i].started = false;
    fibers[i].state = State::kDone;
  }
}

void run_block(unsigned threads) {
  std::memset(emulated_shared_begin, kUnwritten, emulated_shared_end - emulated_shared_begin);
  for (unsigned i = 0; i < threads; ++i) {
    fibers[i].state = State::kReady;
    fibers[i].meeting = 0;
  }
  while (failure == cudaSuccess && (run_ready(threads) || release(threads))) {
  }
  for (unsigned i = 0; i < threads && failure == cudaSuccess; ++i)
    if (fibers[i].state != State::kDone)
      fail(cudaErrorLaunchFailure, "a barrier that some threads never reach");
  if (failure != cudaSuccess) abandon(threads);
}

}  // namespace

unsigned lane() { return current_thread % kWarp; }
void sync_block() { yield(State::kAtBlock); }
void pause() { yield(State::kReady); }

void trap(cudaError_t error, const char* what) {
  fail(error, what);
  yield(State::kReady);
}

// Two places alternate. A lane in exchange n + 2 has passed exchange n + 1, so all lanes have left
// exchange n, and its place is free.
uint64_t exchange(unsigned mask, uint64_t value, unsigned source) {
  if ((mask >> lane() & 1) == 0 || (mask >> source & 1) == 0)
    trap(cudaErrorLaunchFailure, "a shuffle with a lane outside its mask");
  uint64_t* place = exchanged[current->meeting++ % 2] + current_thread / kWarp * kWarp;
  place[lane()] = value;
  current->mask = mask;
  yield(State::kAtWarp);
  return place[source];
}

cudaError_t run_grid(const cudaLaunchConfig_t& config, const std::function<void()>& thread) {
  failure = cudaSuccess;
  body = &thread;
  gridDim = {config.gridDim.x, 1, 1};
  blockDim = {config.blockDim.x, 1, 1};
  const Order order(config.gridDim.x);
  for (unsigned i = 0; i < config.gridDim.x && failure == cudaSuccess; ++i) {
    blockIdx = {static_cast<unsigned>(order[i]), 0, 0};
    run_block(config.blockDim.x);
  }
  return failure;
}

}  // namespace emulation
