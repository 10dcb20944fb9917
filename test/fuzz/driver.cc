// Calls a JavaScript function from libFuzzer, as an addon. The counters are a Uint8Array in which
// the instrumented code counts its branches (instrument.ts).
#include <node_api.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

extern "C" {
int LLVMFuzzerRunDriver(int* argc, char*** argv, int (*callback)(const uint8_t*, size_t));
void __sanitizer_cov_8bit_counters_init(uint8_t* start, uint8_t* stop);
void __sanitizer_cov_pcs_init(const uintptr_t* start, const uintptr_t* stop);
}

namespace {

napi_env env;
napi_value target;

void require(napi_status status) {
  if (status == napi_ok) return;
  std::fprintf(stderr, "driver: Node-API says %d\n", status);
  std::abort();
}

// Logs what the target threw, and aborts, so that libFuzzer keeps the input.
[[noreturn]] void crash() {
  napi_value error, text, global, string;
  require(napi_get_and_clear_last_exception(env, &error));
  if (napi_get_named_property(env, error, "stack", &text) != napi_ok) text = error;
  require(napi_get_global(env, &global));
  require(napi_get_named_property(env, global, "String", &string));
  require(napi_call_function(env, global, string, 1, &text, &text));
  char buffer[4096];
  require(napi_get_value_string_utf8(env, text, buffer, sizeof buffer, nullptr));
  std::fprintf(stderr, "==== the target threw\n%s\n", buffer);
  std::abort();
}

int run_one(const uint8_t* data, size_t size) {
  napi_handle_scope scope;
  require(napi_open_handle_scope(env, &scope));
  napi_value bytes, receiver;
  require(napi_create_buffer_copy(env, size, data, nullptr, &bytes));
  require(napi_get_undefined(env, &receiver));
  const napi_status status = napi_call_function(env, receiver, target, 1, &bytes, nullptr);
  if (status == napi_pending_exception) crash();
  require(status);
  require(napi_close_handle_scope(env, scope));
  return 0;
}

// libFuzzer wants an address for each counter; numbers serve as well.
void register_counters(uint8_t* counters, size_t length) {
  static std::vector<uintptr_t> places;
  for (size_t i = 0; i < length; ++i) {
    places.push_back(i + 1);
    places.push_back(0);
  }
  __sanitizer_cov_8bit_counters_init(counters, counters + length);
  __sanitizer_cov_pcs_init(places.data(), places.data() + places.size());
}

// fuzz(target, counters, arguments): ends the process.
napi_value fuzz(napi_env environment, napi_callback_info info) {
  env = environment;
  size_t count = 3;
  napi_value given[3];
  require(napi_get_cb_info(env, info, &count, given, nullptr, nullptr));
  target = given[0];
  size_t length = 0;
  void* counters = nullptr;
  require(napi_get_typedarray_info(env, given[1], nullptr, &length, &counters, nullptr, nullptr));
  register_counters(static_cast<uint8_t*>(counters), length);

  uint32_t words = 0;
  require(napi_get_array_length(env, given[2], &words));
  std::vector<std::string> texts = {"fuzz"};
  for (uint32_t i = 0; i < words; ++i) {
    napi_value word;
    char buffer[4096];
    require(napi_get_element(env, given[2], i, &word));
    require(napi_get_value_string_utf8(env, word, buffer, sizeof buffer, nullptr));
    texts.emplace_back(buffer);
  }
  std::vector<char*> arguments;
  for (std::string& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);
  int argc = static_cast<int>(texts.size());
  char** argv = arguments.data();
  std::_Exit(LLVMFuzzerRunDriver(&argc, &argv, run_one));
}

napi_value init(napi_env environment, napi_value exports) {
  napi_value function;
  require(napi_create_function(environment, "fuzz", NAPI_AUTO_LENGTH, fuzz, nullptr, &function));
  require(napi_set_named_property(environment, exports, "fuzz", function));
  return exports;
}

}  // namespace

NAPI_MODULE(fuzz_driver, init)
