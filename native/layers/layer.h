// A layer of a network: its tensors, the memory that it needs, and its forward and backward passes.
// The plan gives layers memory and knows no kinds. layers.def lists the kinds.
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

// The place of a layer in its network. Value 0 is the network's input, and value i + 1 is the
// output of layer i.
struct LayerPlace {
  std::vector<int64_t> from;  // the values that it reads, at least one
  int64_t inputs = 0;         // numbers of one example in each of these values
  int64_t outputs = 0;
  bool frozen = false;  // training does not change the layer
};

// A tensor that a layer learns. Both pointers stay null if the layer has no such tensor.
struct Parameter {
  int64_t length = 0;
  float* value = nullptr;
  float* gradient = nullptr;  // null if the parameter is frozen
  bool frozen = false;
};

// A tensor that training updates without a gradient, such as a running mean.
struct Statistic {
  int64_t length = 0;
  float* value = nullptr;
};

// Mean and variance [columns].
struct Moments {
  float* mean;
  float* variance;
};

// The moments of the `rows` rows of the last forward pass, and the running moments of the layer.
struct SeenMoments {
  Moments batch;
  Moments running;
  int64_t columns;
  int64_t rows;
  bool unbiased;  // true: the running variance divides by rows - 1
};

// One batch on its way through a layer.
struct LayerPass {
  Backend& backend;
  int64_t rows;                     // examples
  std::span<const float* const> x;  // the values that the layer reads [rows, inputs]
  float* y;                         // the output [rows, outputs]
  float* kept;                      // numbers that forward leaves for backward [kept(rows)]
  float* workspace;                 // memory of one call [workspace(rows)], aligned to 64 bytes
  double* scratch;                  // temporary memory of ops on a device [scratch(rows)]
  bool training;
  bool batch_statistics;    // true: norms use the batch's moments outside training too
  const DropoutDraw* draw;  // the draw of this layer, in the device's memory
};

// The arrays that the backward pass of a layer needs.
enum class BackwardWay {
  kInPlace,  // the gradient of x overwrites the gradient of y
  kApart,    // the gradient of x needs an array of its own
  kThrough,  // each value that the layer reads has the gradient of y, so backward is not called
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

  // Returns the tensors of the layer, in the order of the network's tensors.
  const std::vector<Parameter*>& parameters() const { return parameters_; }
  const std::vector<Statistic*>& statistics() const { return statistics_; }
  bool frozen() const { return place_.frozen; }
  void freeze() { place_.frozen = true; }

  // Returns the number of values that the layer reads.
  virtual size_t reads() const { return 1; }
  // Returns how many numbers forward keeps for backward, besides x and y.
  virtual int64_t kept(int64_t /*rows*/) const { return 0; }
  // Returns how many temporary numbers a pass needs. All layers share this memory.
  virtual int64_t workspace(int64_t /*rows*/) const { return 0; }
  // Returns how many temporary numbers in float64 the ops need on a device (ops/scratch.h).
  virtual int64_t scratch(int64_t /*rows*/) const { return 0; }
  virtual BackwardWay backward_way() const { return BackwardWay::kInPlace; }
  virtual void forward(const LayerPass& pass) const = 0;
  // Computes dx [rows, inputs] from dy [rows, outputs], and overwrites the gradients of parameters.
  // dx is dy for kInPlace, and for kApart null if nobody needs it. kThrough never calls it.
  virtual void backward(const LayerPass& /*pass*/, float* /*dy*/, float* /*dx*/) const {}

  // Returns the number of rows of the table if the inputs are row numbers, and 0 if they may be any
  // numbers.
  virtual int64_t index_limit() const { return 0; }
  // Returns true if a unit counts as dead when it is 0 for every row.
  virtual bool units_die() const { return false; }
  // Returns true if the layer drops numbers at random, at a rate that each step gives.
  virtual bool drops() const { return false; }
  // Returns the moments of the last forward pass, or nothing if the layer has no running moments
  // that change.
  virtual std::optional<SeenMoments> seen_moments(const LayerPass& /*pass*/) const { return {}; }
  // Moves the statistics towards the moments of the batch. Nothing moves if *halted is not 0.
  virtual void update_statistics(const LayerPass& /*pass*/, const int32_t* /*halted*/) const {}

 protected:
  // Throws SHAPE unless an example has as many outputs as inputs.
  void check_same_width() const {
    if (outputs() != inputs())
      refuse_outputs(std::to_string(inputs()) + ", the number of its inputs");
  }
  // Throws SHAPE unless an example has as many outputs as inputs, in whole rows of `columns`.
  void check_rows(int64_t columns) const {
    check_same_width();
    if (outputs() % columns != 0) refuse_outputs("a multiple of " + std::to_string(columns));
  }
  [[noreturn]] void refuse_outputs(const std::string& expected) const {
    throw Error({ErrorCode::kShape, "layer.outputs", std::to_string(outputs()), expected});
  }
  // Adds a tensor of rows * columns numbers. Throws OVERFLOW above 2^53 numbers.
  void own(Parameter& parameter, int64_t rows, int64_t columns = 1) {
    if (rows > kMostNumbers / columns)
      throw Error({ErrorCode::kOverflow, "layer",
                   std::to_string(rows) + " * " + std::to_string(columns), "at most 2^53 numbers",
                   "make the layer smaller"});
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

// Layers in the order of computation: each reads only values of layers before it.
using Layers = std::vector<std::unique_ptr<Layer>>;

}  // namespace thalweg
