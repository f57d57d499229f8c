// OpenSSL's libcrypto: digests, constant-time comparison, random bytes. Declarations only.
#pragma once

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
