# Asio and Beast, compiled once. Every target of a binary that includes them links pmx_asio, so that all translation
# units see the same BOOST_*_SEPARATE_COMPILATION (anything else breaks the one-definition rule).
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL REQUIRED)
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/pmx_asio.cpp CONTENT "#include <boost/asio/impl/src.hpp>\n")
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/pmx_asio_ssl.cpp CONTENT "#include <boost/asio/ssl/impl/src.hpp>\n")
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/pmx_beast.cpp CONTENT "#include <boost/beast/src.hpp>\n")
add_library(pmx_asio STATIC
  ${CMAKE_BINARY_DIR}/pmx_asio.cpp ${CMAKE_BINARY_DIR}/pmx_asio_ssl.cpp ${CMAKE_BINARY_DIR}/pmx_beast.cpp)
target_compile_definitions(pmx_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)
target_link_libraries(pmx_asio PUBLIC Boost::headers OpenSSL::SSL OpenSSL::Crypto)
