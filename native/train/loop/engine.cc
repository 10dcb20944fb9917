#include "train/loop/engine.h"

#include <utility>

#include "train/step/frozen.h"

namespace thalweg {

namespace {

// Returns what the trainer holds from the beginning. Throws MEMORY where that exceeds the limit.
MemoryLimit check_memory(const EngineOptions& options) {
  MemoryLimit memory{.bytes = options.memory_limit, .held = TrainState::bytes_for(options)};
  memory.require(0);
  return memory;
}

// Returns the options with the frozen parts of the network marked.
EngineOptions marked(EngineOptions options) {
  mark_frozen(options.stepper.tensors, options.network.layers);
  return options;
}

}  // namespace

Engine::Engine(EngineOptions options)
    : options_(marked(std::move(options))),
      backend_(open_backend(options_.device)),
      memory_(check_memory(options_)),
      state_(options_, backend_),
      plan_(options_.network, state_.arena(), state_.statistics_arena(), memory_, backend_),
      batches_(options_.network, plan_.buffers(), backend_),
      loop_(context()),
      passes_(context()) {}

}  // namespace thalweg
