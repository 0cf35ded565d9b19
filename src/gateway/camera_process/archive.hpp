#pragma once
// Inside of messages.cpp: one description of a value's fields serves writing and reading.

#include <bit>
#include <chrono>
#include <cmath>
#include <concepts>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/bytes.hpp"
#include "base/secret.hpp"
#include "onvif/text.hpp"

namespace vedette::gateway::camera_process {

class Writer {
  public:
    template <std::integral T>
    void number(T& value) {
        out_.write(static_cast<std::make_unsigned_t<T>>(value));
    }
    void flag(bool& value) { out_.u8(value ? 1 : 0); }
    template <class E>
        requires std::is_enum_v<E>
    void choice(E& value, E) {
        out_.u8(static_cast<std::uint8_t>(value));
    }
    void text(std::string& value, std::size_t limit) { bytes_of(as_bytes(value), limit); }
    void words(std::string& value, std::size_t limit) { bytes_of(as_bytes(value), limit); }
    void figure(double& value) { out_.u64(std::bit_cast<std::uint64_t>(value)); }
    void bytes(Bytes& value, std::size_t limit) { bytes_of(value, limit); }
    void secret(Secret& value, std::size_t limit) { bytes_of(value.reveal(), limit); }
    template <class T, class F>
    void optional(std::optional<T>& value, F fields) {
        out_.u8(value ? 1 : 0);
        if (value) fields(*value);
    }
    template <class T, class F>
    void list(std::vector<T>& values, std::size_t, F fields) {
        out_.u32(static_cast<std::uint32_t>(values.size()));
        for (T& value : values) fields(value);
    }
    template <class Rep, class Period>
    void duration(std::chrono::duration<Rep, Period>& value) {
        out_.i64(value.count());
    }
    template <class Clock>
    void time(std::chrono::time_point<Clock>& value) {
        auto since = value.time_since_epoch();
        duration(since);
    }
    Bytes finish() && { return std::move(out_).finish(); }

  private:
    // What is longer than its reader takes is cut: a sentence, never a secret or a set of parameters, whose
    // limits are above what their makers allow.
    void bytes_of(ByteView view, std::size_t limit) {
        view = view.first(std::min(view.size(), limit));
        out_.u32(static_cast<std::uint32_t>(view.size())).bytes(view);
    }
    ByteWriter out_;
};

class Reader {
  public:
    explicit Reader(ByteView bytes) : in_(bytes) {}

    template <std::integral T>
    void number(T& value) {
        value = static_cast<T>(in_.read<std::make_unsigned_t<T>>());
    }
    void flag(bool& value) {
        const auto byte = in_.u8();
        bad_ = bad_ || byte > 1;
        value = byte == 1;
    }
    template <class E>
        requires std::is_enum_v<E>
    void choice(E& value, E last) {
        const auto byte = in_.u8();
        bad_ = bad_ || byte > static_cast<std::uint8_t>(last);
        value = static_cast<E>(byte);
    }
    /// Printable ASCII: it ends on screens and in logs.
    void text(std::string& value, std::size_t limit) {
        value = as_text(bytes_of(limit));
        for (char& c : value)
            if (c < 0x20 || c > 0x7e) c = '?';
    }
    /// What people call things: UTF-8 without control characters.
    void words(std::string& value, std::size_t limit) {
        value = onvif::clean_text(as_text(bytes_of(limit)), limit);
    }
    /// A number that can be calculated with.
    void figure(double& value) {
        value = std::bit_cast<double>(in_.u64());
        bad_ = bad_ || !std::isfinite(value);
    }
    void bytes(Bytes& value, std::size_t limit) {
        const ByteView view = bytes_of(limit);
        value.assign(view.begin(), view.end());
    }
    void secret(Secret& value, std::size_t limit) { value = Secret(bytes_of(limit)); }
    template <class T, class F>
    void optional(std::optional<T>& value, F fields) {
        bool there = false;
        flag(there);
        if (there) fields(value.emplace());
    }
    template <class T, class F>
    void list(std::vector<T>& values, std::size_t limit, F fields) {
        const std::uint32_t count = in_.u32();
        bad_ = bad_ || count > limit;
        for (std::uint32_t i = 0; i < count && good(); ++i) fields(values.emplace_back());
    }
    template <class Rep, class Period>
    void duration(std::chrono::duration<Rep, Period>& value) {
        value = std::chrono::duration<Rep, Period>(in_.i64());
    }
    template <class Clock>
    void time(std::chrono::time_point<Clock>& value) {
        typename Clock::duration since{};
        duration(since);
        value = std::chrono::time_point<Clock>(since);
    }
    void fail() { bad_ = true; }
    bool good() const { return !bad_ && !in_.failed(); }
    bool whole() const { return good() && in_.at_end(); }

  private:
    ByteView bytes_of(std::size_t limit) {
        const std::uint32_t size = in_.u32();
        bad_ = bad_ || size > limit;
        return bad_ ? ByteView{} : in_.take(size);
    }
    ByteReader in_;
    bool bad_ = false;
};

}  // namespace vedette::gateway::camera_process
