#include "napi/checkpoint/file_lock.h"

#include <memory>

#include "core/file_lock.h"
#include "napi/border/convert.h"

namespace thalweg::napi {

namespace {

// A lock ends with release(), with its garbage collection or with its environment.
class NativeFileLock : public Wrapped<NativeFileLock> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "NativeFileLock",
                       {InstanceMethod<&NativeFileLock::is_in_place>("isInPlace"),
                        InstanceMethod<&NativeFileLock::release>("release")});
  }

  // new FileLock(file, owner)
  explicit NativeFileLock(const Napi::CallbackInfo& info) : Wrapped(info) {
    guarded(info.Env(), [&] {
      lock_ = std::make_unique<FileLock>(info[0].As<Napi::String>().Utf8Value(),
                                         info[1].As<Napi::String>().Utf8Value());
    });
  }

 private:
  // isInPlace() → true while the file still lies where it was locked; false after release()
  Napi::Value is_in_place(const Napi::CallbackInfo& info) {
    return Napi::Boolean::New(info.Env(), lock_ && lock_->is_in_place());
  }

  Napi::Value release(const Napi::CallbackInfo& info) {
    lock_.reset();
    return info.Env().Undefined();
  }

  std::unique_ptr<FileLock> lock_;
};

}  // namespace

void register_file_lock(Napi::Env env, Napi::Object exports) {
  exports.Set("FileLock", NativeFileLock::define(env));
}

}  // namespace thalweg::napi
