#include "core/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.h"

namespace thalweg {

namespace {

constexpr size_t kLongestOwner = 4096;

[[noreturn]] void refuse(int error, const std::string& file) {
  const std::string text = std::strerror(error);
  switch (error) {
    case ELOOP:
    case ENXIO:
    case EISDIR:
      throw Error({"UNSAFE_PATH", file, text, "a regular file", "remove it"});
    case EACCES:
    case EPERM:
    case EROFS:
      throw Error({"PERMISSION", file, text, "a file that may be written", ""});
    case ENOENT:
    case ENOTDIR:
      throw Error({"MISSING", file, text, "an existing folder", ""});
    default:
      throw Error({"UNSUPPORTED", file, text, "a file system with locks", "use a local disk"});
  }
}

// Closed, unless it is taken out.
struct Opened {
  int descriptor;
  ~Opened() {
    if (descriptor >= 0) close(descriptor);
  }
};

std::string read_all(int descriptor) {
  std::string text(kLongestOwner, '\0');
  const ssize_t length = pread(descriptor, text.data(), text.size(), 0);
  text.resize(length > 0 ? length : 0);
  return text;
}

}  // namespace

FileLock::FileLock(const std::string& file, const std::string& owner) {
  const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  Opened opened{open(file.c_str(), flags, 0644)};
  const int descriptor = opened.descriptor;
  if (descriptor < 0) refuse(errno, file);
  struct stat status;
  const bool regular = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  const int error = !regular ? ENXIO : flock(descriptor, LOCK_EX | LOCK_NB) != 0 ? errno : 0;
  if (error == EWOULDBLOCK) {
    const std::string other = read_all(opened.descriptor);
    throw Error({"LOCKED", file, "a lock of " + (other.empty() ? "another writer" : other),
                 "one writer a folder", "end the other run, or use another folder"});
  }
  const bool told =
      error == 0 && ftruncate(descriptor, 0) == 0 &&
      pwrite(descriptor, owner.data(), owner.size(), 0) == static_cast<ssize_t>(owner.size());
  if (error != 0) refuse(error, file);
  static_cast<void>(told);  // a full disk: the lock holds without a name
  descriptor_ = std::exchange(opened.descriptor, -1);
}

void FileLock::release() {
  const int descriptor = std::exchange(descriptor_, -1);
  if (descriptor < 0) return;
  static_cast<void>(ftruncate(descriptor, 0) == 0);
  close(descriptor);
}

}  // namespace thalweg
