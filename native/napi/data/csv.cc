#include "napi/data/csv.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/csv/csv_scanner.h"
#include "napi/border/convert.h"

namespace thalweg::napi {

namespace {

using data::CsvColumn;
using data::CsvColumnType;
using data::CsvFault;
using data::CsvFaults;
using data::CsvFormat;
using data::CsvReader;
using data::CsvScanner;

char to_character(const Napi::Object& options, const char* key) {
  const std::string text = options.Get(key).ToString();
  if (text.size() != 1)
    throw Error({ErrorCode::kRange, key, std::to_string(text.size()) + " bytes", "one character"});
  return text[0];
}

CsvColumnType to_column_type(const std::string& name) {
  if (name == "number") return CsvColumnType::kNumber;
  if (name == "integer") return CsvColumnType::kInteger;
  return name == "text" ? CsvColumnType::kText : CsvColumnType::kInferred;
}

std::vector<std::string> to_texts(const Napi::Value& value) {
  const auto array = value.As<Napi::Array>();
  std::vector<std::string> texts(array.Length());
  for (uint32_t i = 0; i < array.Length(); ++i) texts[i] = array.Get(i).ToString();
  return texts;
}

CsvFormat read_format(const Napi::Object& options) {
  CsvFormat format;
  format.separator = to_character(options, "separator");
  format.point = to_character(options, "point");
  format.trims = options.Get("trims").ToBoolean();
  format.missing = to_texts(options.Get("missing"));
  for (const std::string& name : to_texts(options.Get("columns")))
    format.columns.push_back(to_column_type(name));
  return format;
}

std::string_view text_span(const Napi::Value& value) {
  const Span span = typed_span(value, napi_uint8_array, "bytes");
  return {static_cast<const char*>(span.data), span.length};
}

Napi::Object to_faults(Napi::Env env, const CsvFaults& faults) {
  Napi::Array list = Napi::Array::New(env, faults.first.size());
  for (uint32_t i = 0; i < faults.first.size(); ++i) {
    const CsvFault& fault = faults.first[i];
    Napi::Object entry = Napi::Object::New(env);
    entry.Set("kind", data::kCsvFaultNames[static_cast<size_t>(fault.kind)]);
    entry.Set("position", static_cast<double>(fault.position));
    entry.Set("column", fault.column);
    list.Set(i, entry);
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("first", list);
  result.Set("count", static_cast<double>(faults.count));
  return result;
}

// Copies a column: { missing, isInteger, hasNumbers, numbers } or { missing, codes, texts, ends,
// positions }.
Napi::Object to_column(Napi::Env env, const CsvColumn& column) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("missing", static_cast<double>(column.missing()));
  if (column.state() == CsvColumn::State::kNumbers) {
    result.Set("isInteger", column.is_integer());
    result.Set("hasNumbers", column.has_numbers());
    result.Set("numbers", to_array(env, column.numbers()));
    return result;
  }
  const std::string& texts = column.dictionary().texts();
  Napi::Uint8Array bytes = new_array<uint8_t>(env, texts.size());
  std::copy(texts.begin(), texts.end(), bytes.Data());
  result.Set("texts", bytes);
  result.Set("codes", to_array(env, column.codes()));
  result.Set("ends", to_array(env, column.dictionary().ends()));
  result.Set("positions", to_array(env, column.dictionary().positions()));
  return result;
}

class NativeCsvScanner : public Wrapped<NativeCsvScanner> {
 public:
  static Napi::Function define(Napi::Env env) {
    using Self = NativeCsvScanner;
    return DefineClass(
        env, "NativeCsvScanner",
        {InstanceMethod<&Self::advance>("advance"), InstanceMethod<&Self::position>("position"),
         InstanceMethod<&Self::faults>("faults"), InstanceMethod<&Self::take>("take")});
  }

  // ({ separator, point, trims, missing, columns, start, strict })
  explicit NativeCsvScanner(const Napi::CallbackInfo& info) : Wrapped(info) {
    guarded(info.Env(), [&] {
      const auto options = info[0].As<Napi::Object>();
      const auto start = static_cast<size_t>(to_count(options, "start"));
      const bool is_strict = options.Get("strict").ToBoolean();
      CsvFormat format = read_format(options);
      if (format.columns.empty())
        throw Error({ErrorCode::kRange, "columns", "none", "at least one column"});
      scanner_ = std::make_unique<CsvScanner>(std::move(format), start, is_strict);
    });
  }

 private:
  // advance(bytes: Uint8Array, budget) → true while there is more to read
  Napi::Value advance(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      const auto budget = static_cast<size_t>(to_count(info[1], "budget"));
      const std::string_view text = text_span(info[0]);
      return Napi::Boolean::New(info.Env(), scanner_->advance(text.data(), text.size(), budget));
    });
  }
  // position() → the bytes that this pass has read
  Napi::Value position(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), static_cast<double>(scanner_->position()));
  }
  // faults() → { first: [{ kind, position, column }], count }
  Napi::Value faults(const Napi::CallbackInfo& info) {
    return guarded(info.Env(),
                   [&]() -> Napi::Value { return to_faults(info.Env(), scanner_->faults()); });
  }
  // take(index) → the column, whose native memory is freed
  Napi::Value take(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      const size_t index = to_index(info[0], "index", scanner_->columns().size());
      return to_column(info.Env(), scanner_->take(index));
    });
  }

  std::unique_ptr<CsvScanner> scanner_;
};

// csvRecord(bytes: Uint8Array, { separator, point, trims, missing, columns, start, most }) →
// { fields, end, faults } of the record at `start`, with at most `most` fields
Napi::Value csv_record(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto options = info[1].As<Napi::Object>();
  const CsvFormat format = read_format(options);
  const auto start = static_cast<size_t>(to_count(options, "start"));
  const auto most = static_cast<uint32_t>(to_count(options, "most", 1));
  const std::string_view text = text_span(info[0]);
  const char* const end = text.data() + text.size();
  CsvFaults faults;
  CsvReader reader(format, &faults);
  reader.set_text(text.data(), end);
  const char* at = reader.skip_empty_lines(text.data() + std::min(start, text.size()));
  std::vector<std::string> fields;
  while (at < end && fields.size() < most) {
    data::CsvField field;
    at = reader.read(at, static_cast<uint32_t>(fields.size()), &field);
    fields.emplace_back(field.text);
    if (!reader.is_separator(at)) break;
    if (++at == end) fields.emplace_back();
  }
  Napi::Array names = Napi::Array::New(env, fields.size());
  for (uint32_t i = 0; i < fields.size(); ++i) names.Set(i, fields[i]);
  Napi::Object result = Napi::Object::New(env);
  result.Set("fields", names);
  result.Set("end", static_cast<double>(reader.skip_break(at) - text.data()));
  result.Set("faults", to_faults(env, faults));
  return result;
}

}  // namespace

void register_csv(Napi::Env env, Napi::Object exports) {
  exports.Set("CsvScanner", NativeCsvScanner::define(env));
  export_function<csv_record>(env, exports, "csvRecord");
}

}  // namespace thalweg::napi
