// Computes matrix products by oneDNN 2, block by block. Each thread makes a primitive once per
// shape and keeps it with its scratchpad, so threads share nothing.
#include <dnnl.hpp>
#include <new>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "backends/cpu/product.h"

namespace thalweg {

namespace {

using dnnl::memory;

const dnnl::engine& engine() {
  static const dnnl::engine& cpu = *new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return cpu;
}

struct Shape {
  int64_t m, n, k;
  int64_t a_stride, b_stride, c_stride;  // from a row of the stored matrix to the next
  bool transpose_a, transpose_b, bias;
  bool operator==(const Shape&) const = default;
};

struct ShapeHash {
  size_t operator()(const Shape& shape) const {
    size_t hash = shape.transpose_a * 4 + shape.transpose_b * 2 + shape.bias;
    for (const int64_t extent :
         {shape.m, shape.n, shape.k, shape.a_stride, shape.b_stride, shape.c_stride})
      hash = hash * 0x9E3779B97F4A7C15u + static_cast<size_t>(extent);
    return hash;
  }
};

memory::desc matrix(int64_t rows, int64_t columns, bool transposed, int64_t stride) {
  const memory::dims strides = transposed ? memory::dims{1, stride} : memory::dims{stride, 1};
  return {{rows, columns}, memory::data_type::f32, strides};
}

// The addresses at which a block's operands begin.
struct Operands {
  const float* a;
  const float* b;
  float* c;
  const float* bias;
};

Operands operands(const Product& product, const ProductBlock& block) {
  return {product.a + block.row * (product.transpose_a ? 1 : product.k),
          product.b + block.column * (product.transpose_b ? product.k : 1),
          product.c + block.row * product.n + block.column,
          product.bias == nullptr ? nullptr : product.bias + block.column};
}

Shape shape_of(const Product& product, const ProductBlock& block) {
  return {block.rows,
          block.columns,
          product.k,
          product.transpose_a ? product.m : product.k,
          product.transpose_b ? product.k : product.n,
          product.n,
          product.transpose_a,
          product.transpose_b,
          product.bias != nullptr};
}

// While it lives, a library's OpenMP loops stay on the calling thread, because the blocks already
// run in parallel. It does nothing for a oneDNN without OpenMP.
extern "C" int omp_get_max_threads() __attribute__((weak));
extern "C" void omp_set_num_threads(int count) __attribute__((weak));
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads == nullptr ? 1 : omp_get_max_threads()) {
    if (before_ != 1) omp_set_num_threads(1);
  }
  ~OneThread() {
    if (before_ != 1) omp_set_num_threads(before_);
  }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  const int before_;
};

// One primitive with its memory objects. Each run sets their handles.
class Entry {
 public:
  explicit Entry(const Shape& shape) : stream_(engine()) {
    const memory::desc a = matrix(shape.m, shape.k, shape.transpose_a, shape.a_stride);
    const memory::desc b = matrix(shape.k, shape.n, shape.transpose_b, shape.b_stride);
    const memory::desc c = matrix(shape.m, shape.n, false, shape.c_stride);
    const memory::desc bias = matrix(1, shape.n, false, shape.n);
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const auto description =
        shape.bias ? dnnl::matmul::desc(a, b, bias, c) : dnnl::matmul::desc(a, b, c);
    const dnnl::matmul::primitive_desc chosen(description, attributes, engine());
    primitive_ = dnnl::matmul(chosen);
    scratch_.resize(chosen.scratchpad_desc().get_size());
    add(DNNL_ARG_SRC, a, nullptr);
    add(DNNL_ARG_WEIGHTS, b, nullptr);
    add(DNNL_ARG_DST, c, nullptr);
    if (shape.bias) add(DNNL_ARG_BIAS, bias, nullptr);
    add(DNNL_ARG_SCRATCHPAD, chosen.scratchpad_desc(), scratch_.data());
  }

  void run(const Operands& at) {
    arguments_.at(DNNL_ARG_SRC).set_data_handle(const_cast<float*>(at.a));
    arguments_.at(DNNL_ARG_WEIGHTS).set_data_handle(const_cast<float*>(at.b));
    arguments_.at(DNNL_ARG_DST).set_data_handle(at.c);
    if (at.bias != nullptr)
      arguments_.at(DNNL_ARG_BIAS).set_data_handle(const_cast<float*>(at.bias));
    primitive_.execute(stream_, arguments_);
    stream_.wait();
  }

 private:
  void add(int argument, const memory::desc& desc, void* data) {
    arguments_.emplace(argument, memory(desc, engine(), data));
  }

  dnnl::stream stream_;
  dnnl::matmul primitive_;
  std::vector<char> scratch_;
  std::unordered_map<int, memory> arguments_;
};

// The number of primitives that a thread keeps: enough for some 20 layers at two batch sizes. Where
// more shapes occur, the thread makes primitives anew, from oneDNN's own cache.
constexpr size_t kMostEntries = 512;

class OnednnProducts final : public Products {
 public:
  void run(const Product& product, const ProductBlock& block) override {
    thread_local std::unordered_map<Shape, Entry, ShapeHash> entries;
    const Shape shape = shape_of(product, block);
    const OneThread alone;
    try {
      auto found = entries.find(shape);
      if (found == entries.end()) {
        if (entries.size() == kMostEntries) entries.clear();
        found = entries.try_emplace(shape, shape).first;
      }
      found->second.run(operands(product, block));
    } catch (const dnnl::error& error) {
      if (error.status == dnnl_out_of_memory) throw std::bad_alloc();
      throw;
    }
  }
  std::string name() const override {
    const dnnl_version_t* version = dnnl_version();
    return "oneDNN " + std::to_string(version->major) + "." + std::to_string(version->minor);
  }
};

}  // namespace

}  // namespace thalweg

extern "C" __attribute__((visibility("default"))) thalweg::Products* thalweg_onednn_products() {
  static thalweg::OnednnProducts& products = *new thalweg::OnednnProducts;
  return &products;
}
