// A layer of a network: what it owns, what it keeps of a batch for backward, and both ways
// through it. The plan gives it memory and knows no kind; layers.def lists the kinds.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "backends/backend.h"
#include "core/error.h"
#include "ops/scratch.h"

namespace thalweg {

// Where a layer stands in its network. Values are numbered: 0 is the network's input, i + 1 what
// layer i gives.
struct LayerPlace {
  std::vector<int64_t> from;  // the values that it reads, at least one
  int64_t inputs = 0;         // numbers of one example, in each of them
  int64_t outputs = 0;
  bool frozen = false;  // the layer stays as it is
};

// A tensor that a layer learns. One that the layer does without stays null.
struct Parameter {
  int64_t length = 0;
  float* value = nullptr;
  float* gradient = nullptr;  // null where it is frozen
  bool frozen = false;
};

// A tensor that is state but no parameter: training moves it without a gradient.
struct Statistic {
  int64_t length = 0;
  float* value = nullptr;
};

// Mean and variance [columns].
struct Moments {
  float* mean;
  float* variance;
};

// The moments that a layer saw in `rows` rows of the last forward pass, and those that it keeps.
struct SeenMoments {
  Moments batch;
  Moments running;
  int64_t columns;
  int64_t rows;
  bool unbiased;  // whether the kept variance divides by rows - 1
};

// One batch on its way through a layer.
struct LayerPass {
  Backend& backend;
  int64_t rows;                     // examples
  std::span<const float* const> x;  // the values that the layer reads [rows, inputs]
  float* y;                         // what it gives [rows, outputs]
  float* kept;                      // from forward to backward [kept(rows)]
  float* workspace;                 // while a call lasts [workspace(rows)], aligned to 64 bytes
  double* scratch;                  // what ops need for a moment on a device [scratch(rows)]
  bool training;
  bool batch_statistics;    // whether norms use the batch's moments though it is no training
  const DropoutDraw* draw;  // of this layer, in the device's memory
};

// How a layer's backward uses its arrays.
enum class BackwardWay {
  kInPlace,  // the gradient of x takes the place of that of y
  kApart,    // it needs an array of its own
  kThrough,  // both are the same numbers, for each value that the layer reads: nothing is computed
};

class Layer {
 public:
  explicit Layer(LayerPlace place) : place_(std::move(place)) {}
  virtual ~Layer() = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  const std::vector<int64_t>& from() const { return place_.from; }
  int64_t inputs() const { return place_.inputs; }
  int64_t outputs() const { return place_.outputs; }

  // What the layer owns, in the order of the network's tensors.
  const std::vector<Parameter*>& parameters() const { return parameters_; }
  const std::vector<Statistic*>& statistics() const { return statistics_; }
  bool frozen() const { return place_.frozen; }
  void freeze() { place_.frozen = true; }

  // How many values it reads.
  virtual size_t reads() const { return 1; }
  // Numbers that backward needs of a batch besides x and y.
  virtual int64_t kept(int64_t /*rows*/) const { return 0; }
  // Numbers that either way needs while it runs; layers share them.
  virtual int64_t workspace(int64_t /*rows*/) const { return 0; }
  // Numbers of float64 that its ops need for a moment (ops/scratch.h), on a device alone.
  virtual int64_t scratch(int64_t /*rows*/) const { return 0; }
  virtual BackwardWay backward_way() const { return BackwardWay::kInPlace; }
  virtual void forward(const LayerPass& pass) const = 0;
  // dy [rows, outputs] → dx [rows, inputs], which is dy where the way is kInPlace, and null where
  // nobody needs it. Overwrites the gradients of parameters. Not called where the way is kThrough.
  virtual void backward(const LayerPass& /*pass*/, float* /*dy*/, float* /*dx*/) const {}

  // Where inputs are rows of a table: how many it has. 0: inputs are any numbers.
  virtual int64_t index_limit() const { return 0; }
  // Whether a unit is dead where it is 0 for every row.
  virtual bool units_die() const { return false; }
  // Whether the layer drops numbers at random, by a rate that each step gives.
  virtual bool drops() const { return false; }
  // What it saw in the last forward pass by the batch's moments; none of a layer whose moments
  // stand still.
  virtual std::optional<SeenMoments> seen_moments(const LayerPass& /*pass*/) const { return {}; }
  // Statistics move towards that; nothing moves where *halted is set.
  virtual void update_statistics(const LayerPass& /*pass*/, const int32_t* /*halted*/) const {}

 protected:
  // Throws SHAPE unless an example has as many numbers behind the layer as before it.
  void check_same_width() const {
    if (outputs() != inputs()) refuse_outputs(std::to_string(inputs()) + ", as its inputs");
  }
  // Throws SHAPE unless an example that the layer keeps as wide is whole rows of `columns`.
  void check_rows(int64_t columns) const {
    check_same_width();
    if (outputs() % columns != 0) refuse_outputs("a multiple of " + std::to_string(columns));
  }
  [[noreturn]] void refuse_outputs(const std::string& expected) const {
    throw Error({"SHAPE", "layer.outputs", std::to_string(outputs()), expected, ""});
  }
  // A tensor of rows * columns numbers. Throws OVERFLOW where they cannot be counted.
  void own(Parameter& parameter, int64_t rows, int64_t columns = 1) {
    if (rows > kMostNumbers / columns)
      throw Error({"OVERFLOW", "layer", std::to_string(rows) + " * " + std::to_string(columns),
                   "at most 2^53 numbers", "make the layer smaller"});
    parameter.length = rows * columns;
    parameters_.push_back(&parameter);
  }
  void own(Statistic& statistic, int64_t length) {
    statistic.length = length;
    statistics_.push_back(&statistic);
  }

 private:
  static constexpr int64_t kMostNumbers = int64_t{1} << 53;

  LayerPlace place_;
  std::vector<Parameter*> parameters_;
  std::vector<Statistic*> statistics_;
};

// In an order that has values before their uses.
using Layers = std::vector<std::unique_ptr<Layer>>;

}  // namespace thalweg
