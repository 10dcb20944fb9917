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
      throw Error({ErrorCode::kUnsafePath, file, text, "a regular file", "remove it"});
    case EACCES:
    case EPERM:
    case EROFS:
      throw Error({ErrorCode::kPermission, file, text, "a file that may be written"});
    case ENOENT:
    case ENOTDIR:
      throw Error({ErrorCode::kMissing, file, text, "an existing folder"});
    default:
      throw Error(
          {ErrorCode::kUnsupported, file, text, "a file system with locks", "use a local disk"});
  }
}

// Closes the descriptor, unless the constructor of FileLock has taken it.
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

[[noreturn]] void refuse_locked(const std::string& file, const std::string& owner) {
  throw Error({ErrorCode::kLocked, file, "a lock of " + owner, "one writer per folder",
               "end the other run, or use another folder"});
}

// A file with a second name is also in use elsewhere, and writing to it would destroy what it
// holds.
void check_own(int descriptor, const std::string& file) {
  struct stat status;
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) refuse(ENXIO, file);
  if (status.st_nlink > 1)
    throw Error({ErrorCode::kUnsafePath, file,
                 "a file with " + std::to_string(status.st_nlink) + " names",
                 "a file with one name", "remove it, or use another folder"});
}

// Returns true if the path leads to the open file.
bool is_same(int descriptor, const std::string& file) {
  struct stat open_file, named;
  return fstat(descriptor, &open_file) == 0 && lstat(file.c_str(), &named) == 0 &&
         open_file.st_dev == named.st_dev && open_file.st_ino == named.st_ino;
}

}  // namespace

FileLock::FileLock(const std::string& file, const std::string& owner) : file_(file) {
  const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  Opened opened{open(file.c_str(), flags, 0644)};
  const int descriptor = opened.descriptor;
  if (descriptor < 0) refuse(errno, file);
  check_own(descriptor, file);
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) refuse(errno, file);
    const std::string other = read_all(descriptor);
    refuse_locked(file, other.empty() ? "another writer" : other);
  }
  // Between open and flock another writer may have replaced the file and locked the new one.
  if (!is_same(descriptor, file)) refuse_locked(file, "another writer, who replaced the file");
  const std::string before = read_all(descriptor);
  const std::string word = owner.substr(0, owner.find(' '));
  if (!before.empty() && before.compare(0, word.size(), word) != 0)
    throw Error({ErrorCode::kUnsafePath, file, "a file with other content",
                 "a lock file, or no file", "remove it, or use another folder"});
  // On a full disk the owner's name is missing, but the lock holds.
  if (ftruncate(descriptor, 0) == 0)
    static_cast<void>(pwrite(descriptor, owner.data(), owner.size(), 0) > 0);
  descriptor_ = std::exchange(opened.descriptor, -1);
}

bool FileLock::is_in_place() const { return descriptor_ >= 0 && is_same(descriptor_, file_); }

void FileLock::release() {
  const int descriptor = std::exchange(descriptor_, -1);
  if (descriptor < 0) return;
  static_cast<void>(ftruncate(descriptor, 0) == 0);
  close(descriptor);
}

}  // namespace thalweg
