#include "keystore/tpm2_device.hpp"

#include <cstdlib>

#include <tss2/tss2_esys.h>
#include <tss2/tss2_mu.h>
#include <tss2/tss2_rc.h>
#include <tss2/tss2_tctildr.h>

#include "crypto/digest.hpp"

namespace vedette::keystore {

namespace {

constexpr std::string_view default_tpm = "device:/dev/tpmrm0";
constexpr ESYS_TR none = ESYS_TR_NONE;

struct Free {
    void operator()(void* memory) const { Esys_Free(memory); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

const TPMT_SYM_DEF session_cipher = {
    .algorithm = TPM2_ALG_AES, .keyBits = {.aes = 128}, .mode = {.aes = TPM2_ALG_CFB}};

// The number of a format-one response, without which handle, session or parameter it is about.
bool is_response(TSS2_RC code, TPM2_RC wanted) {
    constexpr TSS2_RC number_mask = 0xbf, layer_mask = 0xff0000;
    return (code & layer_mask) == 0 && (code & TPM2_RC_FMT1) != 0 &&
           (code & number_mask) == (wanted & number_mask);
}

std::unexpected<Error> failure(std::string_view what, TSS2_RC code) {
    if (is_response(code, TPM2_RC_POLICY_FAIL))
        return fail(ErrorKind::forbidden, "the TPM refuses: its PCRs are not as the policy says");
    if (is_response(code, TPM2_RC_INTEGRITY))
        return fail(ErrorKind::corrupt, "another TPM sealed it, or this one was cleared");
    return fail(ErrorKind::unavailable, "the TPM can't {}: {}", what, Tss2_RC_Decode(code));
}

template <class T>
bool copy_into(T& sized, ByteView bytes) {
    if (bytes.size() > sizeof sized.buffer) return false;
    sized.size = static_cast<UINT16>(bytes.size());
    std::memcpy(sized.buffer, bytes.data(), bytes.size());
    return true;
}

ByteView view(const BYTE* bytes, std::size_t size) {
    return std::as_bytes(std::span(bytes, size));
}

TPML_PCR_SELECTION selection_of(std::uint32_t pcrs) {
    TPML_PCR_SELECTION selection{};
    selection.count = 1;
    selection.pcrSelections[0].hash = TPM2_ALG_SHA256;
    selection.pcrSelections[0].sizeofSelect = 3;
    for (int i = 0; i < 3; ++i) selection.pcrSelections[0].pcrSelect[i] = static_cast<BYTE>(pcrs >> (8 * i));
    return selection;
}

// The storage key of the TCG's template for P-256: the same at each time, so that it need not be kept.
TPM2B_PUBLIC storage_key_template() {
    TPM2B_PUBLIC result{};
    TPMT_PUBLIC& area = result.publicArea;
    area.type = TPM2_ALG_ECC;
    area.nameAlg = TPM2_ALG_SHA256;
    area.objectAttributes = TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT | TPMA_OBJECT_FIXEDTPM |
                            TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN |
                            TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_NODA;
    area.parameters.eccDetail.symmetric = {
        .algorithm = TPM2_ALG_AES, .keyBits = {.aes = 128}, .mode = {.aes = TPM2_ALG_CFB}};
    area.parameters.eccDetail.scheme.scheme = TPM2_ALG_NULL;
    area.parameters.eccDetail.curveID = TPM2_ECC_NIST_P256;
    area.parameters.eccDetail.kdf.scheme = TPM2_ALG_NULL;
    return result;
}

// One that signs digests which it is given; its use takes no more than the machine.
TPM2B_PUBLIC signing_key_template() {
    TPM2B_PUBLIC result{};
    TPMT_PUBLIC& area = result.publicArea;
    area.type = TPM2_ALG_ECC;
    area.nameAlg = TPM2_ALG_SHA256;
    area.objectAttributes = TPMA_OBJECT_SIGN_ENCRYPT | TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
                            TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_NODA;
    area.parameters.eccDetail.symmetric.algorithm = TPM2_ALG_NULL;
    area.parameters.eccDetail.scheme.scheme = TPM2_ALG_ECDSA;
    area.parameters.eccDetail.scheme.details.ecdsa.hashAlg = TPM2_ALG_SHA256;
    area.parameters.eccDetail.curveID = TPM2_ECC_NIST_P256;
    area.parameters.eccDetail.kdf.scheme = TPM2_ALG_NULL;
    return result;
}

// A TPM may leave leading zeroes away.
Bytes padded(const TPM2B_ECC_PARAMETER& number) {
    constexpr std::size_t size = 32;
    const ByteView bytes = view(number.buffer, number.size);
    Bytes all(size > bytes.size() ? size - bytes.size() : 0);
    all.insert(all.end(), bytes.begin(), bytes.end());
    return all;
}

Result<Bytes> marshalled(const TPM2B_PUBLIC& area) {
    Bytes bytes(sizeof(TPM2B_PUBLIC));
    std::size_t size = 0;
    if (Tss2_MU_TPM2B_PUBLIC_Marshal(&area, reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size(),
                                     &size) != TSS2_RC_SUCCESS)
        return fail(ErrorKind::internal, "what the TPM made can't be written down");
    bytes.resize(size);
    return bytes;
}

Result<TPM2B_PUBLIC> public_of(const PolicyKey& key) {
    TPM2B_PUBLIC result{};
    TPMT_PUBLIC& area = result.publicArea;
    area.type = TPM2_ALG_RSA;
    area.nameAlg = TPM2_ALG_SHA256;
    area.objectAttributes = TPMA_OBJECT_DECRYPT | TPMA_OBJECT_SIGN_ENCRYPT | TPMA_OBJECT_USERWITHAUTH;
    area.parameters.rsaDetail.symmetric.algorithm = TPM2_ALG_NULL;
    area.parameters.rsaDetail.scheme.scheme = TPM2_ALG_NULL;
    area.parameters.rsaDetail.keyBits = static_cast<UINT16>(key.modulus.size() * 8);
    area.parameters.rsaDetail.exponent = key.exponent == 65537 ? 0 : key.exponent;
    if (!copy_into(area.unique.rsa, key.modulus))
        return fail(ErrorKind::unsupported, "the RSA key that signs PCRs is longer than a TPM takes");
    return result;
}

}  // namespace

struct Tpm2Device::Impl {
    ~Impl() {
        for (const ESYS_TR handle : loaded) (void)Esys_FlushContext(esys, handle);
        if (esys != nullptr) Esys_Finalize(&esys);
        if (tcti != nullptr) Tss2_TctiLdr_Finalize(&tcti);
    }
    TSS2_TCTI_CONTEXT* tcti = nullptr;
    ESYS_CONTEXT* esys = nullptr;
    std::vector<ESYS_TR> loaded;  // objects and sessions, given back at the end
    ESYS_TR storage_key = none;
    ESYS_TR encryption = none;

    ESYS_TR keep(ESYS_TR handle) {
        loaded.push_back(handle);
        return handle;
    }

    Result<> start() {
        const TPM2B_SENSITIVE_CREATE sensitive{};
        const TPM2B_PUBLIC wanted = storage_key_template();
        const TPM2B_DATA outside{};
        const TPML_PCR_SELECTION no_pcrs{};
        ESYS_TR handle = none;
        TSS2_RC code =
            Esys_CreatePrimary(esys, ESYS_TR_RH_OWNER, ESYS_TR_PASSWORD, none, none, &sensitive, &wanted,
                               &outside, &no_pcrs, &handle, nullptr, nullptr, nullptr, nullptr);
        if (code != TSS2_RC_SUCCESS) return failure("make its storage key", code);
        storage_key = keep(handle);
        VEDETTE_TRY(encryption, session(TPM2_SE_HMAC));
        code = Esys_TRSess_SetAttributes(
            esys, encryption, TPMA_SESSION_DECRYPT | TPMA_SESSION_ENCRYPT | TPMA_SESSION_CONTINUESESSION,
            0xff);
        if (code != TSS2_RC_SUCCESS) return failure("encrypt its bus", code);
        return {};
    }

    Result<ESYS_TR> session(TPM2_SE type) {
        ESYS_TR handle = none;
        const TSS2_RC code = Esys_StartAuthSession(esys, storage_key, none, none, none, none, nullptr, type,
                                                   &session_cipher, TPM2_ALG_SHA256, &handle);
        if (code != TSS2_RC_SUCCESS) return failure("start a session", code);
        return keep(handle);
    }

    Result<Bytes> digest_of(ESYS_TR policy) {
        TPM2B_DIGEST* out = nullptr;
        const TSS2_RC code = Esys_PolicyGetDigest(esys, policy, none, none, none, &out);
        if (code != TSS2_RC_SUCCESS) return failure("tell a policy's digest", code);
        const Owned<TPM2B_DIGEST> digest(out);
        const ByteView bytes = view(digest->buffer, digest->size);
        return Bytes(bytes.begin(), bytes.end());
    }

    Result<> say_pcrs(ESYS_TR policy, std::uint32_t pcrs) {
        const TPM2B_DIGEST as_they_are{};
        const TPML_PCR_SELECTION selection = selection_of(pcrs);
        const TSS2_RC code = Esys_PolicyPCR(esys, policy, none, none, none, &as_they_are, &selection);
        if (code != TSS2_RC_SUCCESS) return failure("read its PCRs", code);
        return {};
    }

    // Loads the key and gives its name.
    Result<std::pair<ESYS_TR, TPM2B_NAME>> load_policy_key(const PolicyKey& key) {
        VEDETTE_TRY(const TPM2B_PUBLIC area, public_of(key));
        ESYS_TR handle = none;
        TSS2_RC code = Esys_LoadExternal(esys, none, none, none, nullptr, &area, ESYS_TR_RH_OWNER, &handle);
        if (code != TSS2_RC_SUCCESS) return failure("load the key that signs PCRs", code);
        keep(handle);
        TPM2B_NAME* out = nullptr;
        code = Esys_TR_GetName(esys, handle, &out);
        if (code != TSS2_RC_SUCCESS) return failure("name the key that signs PCRs", code);
        const Owned<TPM2B_NAME> name(out);
        return std::pair(handle, *name);
    }

    Result<Bytes> policy_for_sealing(std::uint32_t pcrs, const std::optional<PolicyKey>& policy_key) {
        VEDETTE_TRY(const ESYS_TR trial, session(TPM2_SE_TRIAL));
        if (!policy_key) {
            VEDETTE_CHECK(say_pcrs(trial, pcrs));
            return digest_of(trial);
        }
        VEDETTE_TRY(const auto key, load_policy_key(*policy_key));
        const TPM2B_DIGEST any{.size = TPM2_SHA256_DIGEST_SIZE, .buffer = {}};
        const TPM2B_NONCE no_reference{};
        const TPMT_TK_VERIFIED ticket{.tag = TPM2_ST_VERIFIED, .hierarchy = TPM2_RH_OWNER, .digest = {}};
        const TSS2_RC code =
            Esys_PolicyAuthorize(esys, trial, none, none, none, &any, &no_reference, &key.second, &ticket);
        if (code != TSS2_RC_SUCCESS) return failure("take a signed policy", code);
        return digest_of(trial);
    }

    Result<> authorise(ESYS_TR policy, const Tpm2Parameters& parameters, const PolicyKey& policy_key,
                       const FindSignature& find_signature) {
        VEDETTE_TRY(const Bytes digest, digest_of(policy));
        VEDETTE_TRY(const Bytes signed_bytes, find_signature(parameters.pcrs, digest));
        VEDETTE_TRY(const auto key, load_policy_key(policy_key));
        TPM2B_DIGEST to_verify{};
        TPM2B_DIGEST approved{};
        TPMT_SIGNATURE signature{};
        signature.sigAlg = TPM2_ALG_RSASSA;
        signature.signature.rsassa.hash = TPM2_ALG_SHA256;
        if (!copy_into(to_verify, crypto::sha256(digest)) || !copy_into(approved, digest) ||
            !copy_into(signature.signature.rsassa.sig, signed_bytes))
            return fail(ErrorKind::corrupt, "the signature of the PCRs is too long");
        TPMT_TK_VERIFIED* out = nullptr;
        TSS2_RC code = Esys_VerifySignature(esys, key.first, none, none, none, &to_verify, &signature, &out);
        if (code != TSS2_RC_SUCCESS)
            return fail(ErrorKind::forbidden, "the TPM refuses: the signature of its PCRs is not good");
        const Owned<TPMT_TK_VERIFIED> ticket(out);
        const TPM2B_NONCE no_reference{};
        code = Esys_PolicyAuthorize(esys, policy, none, none, none, &approved, &no_reference, &key.second,
                                    ticket.get());
        if (code != TSS2_RC_SUCCESS) return failure("take a signed policy", code);
        return {};
    }

    Result<ESYS_TR> load(ByteView stored_public, ByteView stored_private, std::string_view what) {
        TPM2B_PUBLIC public_part{};
        TPM2B_PRIVATE private_part{};
        std::size_t offset = 0;
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(stored_public.data());
        const bool is_public = Tss2_MU_TPM2B_PUBLIC_Unmarshal(bytes, stored_public.size(), &offset,
                                                              &public_part) == TSS2_RC_SUCCESS;
        if (!is_public || !copy_into(private_part, stored_private))
            return fail(ErrorKind::corrupt, "{} of the TPM is damaged", what);
        ESYS_TR handle = none;
        const TSS2_RC code =
            Esys_Load(esys, storage_key, encryption, none, none, &private_part, &public_part, &handle);
        if (code != TSS2_RC_SUCCESS) return failure("load what it sealed", code);
        return keep(handle);
    }
};

Result<Tpm2Device> Tpm2Device::open() {
    // Its library would write to standard error, and our sentences say enough.
    static const int silenced =
        ::setenv("TSS2_LOG", "all+NONE", 0);  // NOLINT(concurrency-mt-unsafe): once, at the first use
    (void)silenced;
    const char* const named = ::secure_getenv("VEDETTE_TPM2");
    const std::string name = named != nullptr ? named : std::string(default_tpm);
    auto impl = std::make_unique<Impl>();
    TSS2_RC code = Tss2_TctiLdr_Initialize(name.c_str(), &impl->tcti);
    if (code != TSS2_RC_SUCCESS) return fail(ErrorKind::unavailable, "there is no TPM 2.0 at {}", name);
    code = Esys_Initialize(&impl->esys, impl->tcti, nullptr);
    if (code != TSS2_RC_SUCCESS) return failure("be used", code);
    code = Esys_Startup(impl->esys, TPM2_SU_CLEAR);  // what the firmware has done long ago, on a real one
    if (code != TSS2_RC_SUCCESS && code != TPM2_RC_INITIALIZE) return failure("start", code);
    VEDETTE_CHECK(impl->start());
    return Tpm2Device(std::move(impl));
}

Tpm2Device::Tpm2Device(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Tpm2Device::Tpm2Device(Tpm2Device&&) noexcept = default;
Tpm2Device::~Tpm2Device() = default;

Result<> Tpm2Device::seal(const Secret& key, Tpm2Parameters& parameters,
                          const std::optional<PolicyKey>& policy_key) {
    VEDETTE_TRY(const Bytes policy, impl_->policy_for_sealing(parameters.pcrs, policy_key));
    TPM2B_PUBLIC wanted{};
    TPMT_PUBLIC& area = wanted.publicArea;
    area.type = TPM2_ALG_KEYEDHASH;
    area.nameAlg = TPM2_ALG_SHA256;
    area.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT;  // the policy, and nothing else
    area.parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_NULL;
    TPM2B_SENSITIVE_CREATE sensitive{};
    if (!copy_into(area.authPolicy, policy) || !copy_into(sensitive.sensitive.data, key.reveal()))
        return fail(ErrorKind::internal, "a TPM can't seal that much");
    const TPM2B_DATA outside{};
    const TPML_PCR_SELECTION no_pcrs{};
    TPM2B_PRIVATE* private_out = nullptr;
    TPM2B_PUBLIC* public_out = nullptr;
    const TSS2_RC code =
        Esys_Create(impl_->esys, impl_->storage_key, impl_->encryption, none, none, &sensitive, &wanted,
                    &outside, &no_pcrs, &private_out, &public_out, nullptr, nullptr, nullptr);
    explicit_bzero(&sensitive, sizeof sensitive);
    if (code != TSS2_RC_SUCCESS) return failure("seal a key", code);
    const Owned<TPM2B_PRIVATE> private_part(private_out);
    const Owned<TPM2B_PUBLIC> public_part(public_out);
    VEDETTE_TRY(parameters.public_part, marshalled(*public_part));
    const ByteView bytes = view(private_part->buffer, private_part->size);
    parameters.private_part.assign(bytes.begin(), bytes.end());
    return {};
}

Result<EccPoint> Tpm2Device::make_signing_key(Bytes& public_part, Bytes& private_part) {
    const TPM2B_PUBLIC wanted = signing_key_template();
    const TPM2B_SENSITIVE_CREATE sensitive{};
    const TPM2B_DATA outside{};
    const TPML_PCR_SELECTION no_pcrs{};
    TPM2B_PRIVATE* private_out = nullptr;
    TPM2B_PUBLIC* public_out = nullptr;
    const TSS2_RC code =
        Esys_Create(impl_->esys, impl_->storage_key, impl_->encryption, none, none, &sensitive, &wanted,
                    &outside, &no_pcrs, &private_out, &public_out, nullptr, nullptr, nullptr);
    if (code != TSS2_RC_SUCCESS) return failure("make a key", code);
    const Owned<TPM2B_PRIVATE> made_private(private_out);
    const Owned<TPM2B_PUBLIC> made_public(public_out);
    VEDETTE_TRY(public_part, marshalled(*made_public));
    const ByteView bytes = view(made_private->buffer, made_private->size);
    private_part.assign(bytes.begin(), bytes.end());
    const TPMS_ECC_POINT& point = made_public->publicArea.unique.ecc;
    return EccPoint{padded(point.x), padded(point.y)};
}

Result<EcdsaNumbers> Tpm2Device::sign(ByteView public_part, ByteView private_part,
                                      const crypto::Sha256Digest& digest) {
    VEDETTE_TRY(const ESYS_TR key, impl_->load(public_part, private_part, "the signing key"));
    TPM2B_DIGEST hashed{};
    if (!copy_into(hashed, digest)) return fail(ErrorKind::internal, "a TPM can't sign that much");
    TPMT_SIG_SCHEME scheme{};
    scheme.scheme = TPM2_ALG_ECDSA;
    scheme.details.ecdsa.hashAlg = TPM2_ALG_SHA256;
    const TPMT_TK_HASHCHECK ticket{.tag = TPM2_ST_HASHCHECK, .hierarchy = TPM2_RH_NULL, .digest = {}};
    TPMT_SIGNATURE* out = nullptr;
    const TSS2_RC code =
        Esys_Sign(impl_->esys, key, ESYS_TR_PASSWORD, none, none, &hashed, &scheme, &ticket, &out);
    if (code != TSS2_RC_SUCCESS) return failure("sign", code);
    const Owned<TPMT_SIGNATURE> signature(out);
    const TPMS_SIGNATURE_ECC& numbers = signature->signature.ecdsa;
    return EcdsaNumbers{padded(numbers.signatureR), padded(numbers.signatureS)};
}

Result<Secret> Tpm2Device::unseal(const Tpm2Parameters& parameters,
                                  const std::optional<PolicyKey>& policy_key,
                                  const FindSignature& find_signature) {
    VEDETTE_TRY(const ESYS_TR object,
                impl_->load(parameters.public_part, parameters.private_part, "the slot"));
    VEDETTE_TRY(const ESYS_TR policy, impl_->session(TPM2_SE_POLICY));
    VEDETTE_CHECK(impl_->say_pcrs(policy, parameters.pcrs));
    if (policy_key) VEDETTE_CHECK(impl_->authorise(policy, parameters, *policy_key, find_signature));
    TPM2B_SENSITIVE_DATA* out = nullptr;
    const TSS2_RC code = Esys_Unseal(impl_->esys, object, policy, impl_->encryption, none, &out);
    if (code != TSS2_RC_SUCCESS) return failure("unseal the key", code);
    const Owned<TPM2B_SENSITIVE_DATA> data(out);
    Secret key(view(data->buffer, data->size));
    explicit_bzero(data.get(), sizeof *data);
    return key;
}

}  // namespace vedette::keystore
