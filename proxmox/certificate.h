// Looking at a server's certificate before anybody trusts it.
#pragma once

#include <string>

#include "base/context.h"
#include "base/result.h"
#include "proxmox/tls.h"

namespace pmx::proxmox {

/// What the server at `url` (https) shows in a handshake, trusted or not; `problem` says why the
/// system's CAs do not vouch for it. Not one byte of a request is sent. kUnavailable when nobody
/// answers there with TLS. Blocks until then, or the context's deadline.
Result<PeerCertificate> look_at_certificate(const Context& ctx, const std::string& url);

}  // namespace pmx::proxmox
