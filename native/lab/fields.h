// Reads the fields of an op's parameter struct from a JavaScript object, by name.
#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/memory.h"
#include "core/position.h"
#include "ops/activation.h"
#include "ops/dropout.h"
#include "ops/loss.h"
#include "ops/window.h"

namespace thalweg::lab {

// Arrays that the object lacks are null. If the device has memory of its own, the others are copied
// there, and finish() copies them back.
class Fields {
 public:
  Fields(const Napi::Object& object, Memory& memory) : object_(object), memory_(memory) {}

  // Reads each field. `names` has their names in C++, separated by ", ". The object has the
  // property ofBatch for the field of_batch.
  template <class... T>
  void read(std::string_view names, T&... fields) const {
    (read_field(take_name(names), fields), ...);
  }

  // Returns zeroed memory of the device, which lives as long as this object.
  template <class T>
  T* scratch(int64_t length) const {
    kept_.push_back(memory_.allocate(length * sizeof(T)));
    return static_cast<T*>(kept_.back().get());
  }
  Memory& memory() const { return memory_; }

  void finish() const;

 private:
  struct Copy {
    void* host;
    void* device;
    size_t bytes;
  };

  // Removes the first name from `names`, and returns it as JavaScript writes it.
  static std::string take_name(std::string_view& names);

  // Reads an array, a draw, an enumerator, or a number of any type.
  template <class T>
  void read_field(const std::string& name, T& field) const {
    using Pointee = std::remove_cv_t<std::remove_pointer_t<T>>;
    if constexpr (std::is_same_v<Pointee, DropoutDraw>)
      field = draw();
    else if constexpr (std::is_pointer_v<T>)
      field = static_cast<T>(array(name, array_type<Pointee>(), sizeof(Pointee)));
    else if constexpr (std::is_same_v<T, Window>)
      field = window();
    else if constexpr (std::is_same_v<T, Activation>)
      field = named<T>(name, kActivationNames);
    else if constexpr (std::is_same_v<T, LossKind>)
      field = named<T>(name, kLossNames);
    else if constexpr (std::is_floating_point_v<T>)
      field = static_cast<T>(number(name));
    else
      field = static_cast<T>(static_cast<int64_t>(number(name)));
  }

  template <class T>
  static constexpr napi_typedarray_type array_type() {
    if constexpr (std::is_same_v<T, double>) return napi_float64_array;
    if constexpr (std::is_same_v<T, uint32_t>) return napi_uint32_array;
    if constexpr (std::is_same_v<T, int32_t>) return napi_int32_array;
    return napi_float32_array;
  }

  double number(const std::string& name) const;
  void* array(const std::string& name, napi_typedarray_type type, size_t element_bytes) const;
  // Returns the enumerator of this name, or the first one where the object lacks the field.
  template <class Enum, size_t kCount>
  Enum named(const std::string& name, const char* const (&names)[kCount]) const {
    const Napi::Value value = object_.Get(name);
    if (value.IsUndefined()) return Enum{};
    return position<Enum>(value.As<Napi::String>().Utf8Value(), names, name.c_str());
  }
  // Makes a window of the properties height, width, channels, outHeight, outWidth, kernelHeight …
  Window window() const;
  // Makes a draw of the properties seed, step, layer, rate and scale.
  const DropoutDraw* draw() const;

  Napi::Object object_;
  Memory& memory_;
  mutable std::vector<std::shared_ptr<void>> kept_;
  mutable std::vector<Copy> copies_;
};

}  // namespace thalweg::lab
