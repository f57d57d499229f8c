// OpenSSL's libcrypto: digests, signatures, constant-time comparison, random bytes. Declarations only.
#pragma once

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
