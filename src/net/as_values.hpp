#pragma once
// For the .cpp files of this folder: operations of Asio that give their error as a value.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace vedette::net {

inline constexpr auto as_values = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace vedette::net
