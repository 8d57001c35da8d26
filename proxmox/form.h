// Parameters as the bytes that PVE reads: of a query (GET, DELETE) or of a form body (POST, PUT).
// Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "proxmox/http.h"

namespace pmx::proxmox {

/// The pairs in order, repeated keys included. Everything but letters, digits and "-._~" is
/// percent-encoded, because PVE also splits on ";", drops what follows a second "=" and takes "+"
/// for a blank.
std::string encode_form(const Params& params);

/// Whether PVE would read a request with `path` and `params`, which it otherwise answers with 501
/// or by hanging up: kInvalidArgument for a body of more than 512 KiB or a request line of more
/// than 8 KiB.
Result<void> check_request_size(std::string_view method, std::string_view path,
                                const Params& params);

}  // namespace pmx::proxmox
