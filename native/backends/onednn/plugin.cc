// Matrix products by oneDNN 2. A primitive is made once per shape and thread and
// kept with its scratchpad, so that trainers on several threads share nothing.
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
  bool transpose_a, transpose_b, bias;
  int threads;  // a primitive is cut for so many
  bool operator==(const Shape&) const = default;
};

struct ShapeHash {
  size_t operator()(const Shape& shape) const {
    size_t hash = shape.transpose_a * 4 + shape.transpose_b * 2 + shape.bias;
    for (const int64_t extent : {shape.m, shape.n, shape.k, int64_t{shape.threads}})
      hash = hash * 0x9E3779B97F4A7C15u + static_cast<size_t>(extent);
    return hash;
  }
};

memory::desc matrix(int64_t rows, int64_t columns, bool transposed) {
  return {{rows, columns},
          memory::data_type::f32,
          transposed ? memory::format_tag::ba : memory::format_tag::ab};
}

// One primitive with its memory objects, whose handles each run sets.
class Entry {
 public:
  explicit Entry(const Shape& shape) : stream_(engine()) {
    const memory::desc a = matrix(shape.m, shape.k, shape.transpose_a);
    const memory::desc b = matrix(shape.k, shape.n, shape.transpose_b);
    const memory::desc c = matrix(shape.m, shape.n, false);
    const memory::desc bias = matrix(1, shape.n, false);
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

  void run(const Product& product) {
    arguments_.at(DNNL_ARG_SRC).set_data_handle(const_cast<float*>(product.a));
    arguments_.at(DNNL_ARG_WEIGHTS).set_data_handle(const_cast<float*>(product.b));
    arguments_.at(DNNL_ARG_DST).set_data_handle(product.c);
    if (product.bias != nullptr)
      arguments_.at(DNNL_ARG_BIAS).set_data_handle(const_cast<float*>(product.bias));
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

// Primitives that a thread keeps: those of some 20 layers at two sizes of batch. Beyond, as when
// predict is called with ever other numbers of rows, they are made again, from oneDNN's own cache.
constexpr size_t kMostEntries = 128;

class OnednnProducts final : public Products {
 public:
  void run(const Product& product, int threads) override {
    thread_local std::unordered_map<Shape, Entry, ShapeHash> entries;
    const Shape shape{product.m,
                      product.n,
                      product.k,
                      product.transpose_a,
                      product.transpose_b,
                      product.bias != nullptr,
                      threads};
    try {
      auto found = entries.find(shape);
      if (found == entries.end()) {
        if (entries.size() == kMostEntries) entries.clear();
        found = entries.try_emplace(shape, shape).first;
      }
      found->second.run(product);
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
