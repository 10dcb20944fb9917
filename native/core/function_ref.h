// A reference to a callable that outlives it. Unlike std::function it allocates nothing.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace thalweg {

template <class Signature>
class FunctionRef;

template <class Result, class... Arguments>
class FunctionRef<Result(Arguments...)> {
 public:
  // `callable` must outlive the reference. A temporary does where the reference is an argument of a
  // call.
  template <class Callable,
            class = std::enable_if_t<!std::is_same_v<std::remove_cvref_t<Callable>, FunctionRef>>>
  FunctionRef(Callable&& callable)  // NOLINT: implicit by design, except for copies
      : callable_(const_cast<void*>(static_cast<const void*>(std::addressof(callable)))),
        call_([](void* place, Arguments... arguments) -> Result {
          return (*static_cast<std::remove_reference_t<Callable>*>(place))(
              std::forward<Arguments>(arguments)...);
        }) {}

  Result operator()(Arguments... arguments) const {
    return call_(callable_, std::forward<Arguments>(arguments)...);
  }

 private:
  void* callable_;
  Result (*call_)(void*, Arguments...);
};

}  // namespace thalweg
