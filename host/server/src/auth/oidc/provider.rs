//! The identity provider: its metadata and keys, and what is asked of it.

use super::{OidcError, Pending, Person, http};
use crate::config::{Oidc, Secret};
use crate::gate::Gate;
use crate::limits::Limits;
use openidconnect::core::{
    CoreClient, CoreIdToken, CoreIdTokenClaims, CoreJwsSigningAlgorithm as Alg,
    CoreProviderMetadata, CoreResponseType,
};
use openidconnect::{
    AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret,
    CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, SignatureVerificationError,
    TokenResponse,
};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use time::OffsetDateTime;

/// Signatures that are believed: those that need the provider's private key.
const ALGORITHMS: [Alg; 9] = [
    Alg::RsaSsaPkcs1V15Sha256,
    Alg::RsaSsaPkcs1V15Sha384,
    Alg::RsaSsaPkcs1V15Sha512,
    Alg::RsaSsaPssSha256,
    Alg::RsaSsaPssSha384,
    Alg::RsaSsaPssSha512,
    Alg::EcdsaP256Sha256,
    Alg::EcdsaP384Sha384,
    Alg::EdDsa,
];

/// Bytes of a subject (OpenID Connect Core 1.0, 2).
const SUBJECT_BYTES_MAX: usize = 255;

/// This server, as the provider knows it.
type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The one provider of the settings.
pub(crate) struct Provider {
    shared: Arc<Shared>,
    gate: Gate,
}

struct Shared {
    settings: Oidc,
    issuer: IssuerUrl,
    redirect_url: RedirectUrl,
    /// What the provider last said of itself, and until when that is taken for true.
    metadata: Mutex<Option<(CoreProviderMetadata, OffsetDateTime)>>,
    metadata_age_max: Duration,
    time_max: Duration,
    bytes_max: u64,
}

impl Provider {
    /// The provider of `settings`; the error says which of them is none.
    pub(crate) fn new(settings: Oidc, limits: &Limits) -> Result<Self, &'static str> {
        let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(|_| "OIDC_ISSUER")?;
        let redirect_url = RedirectUrl::new(settings.redirect_url.clone());
        let shared = Shared {
            issuer,
            redirect_url: redirect_url.map_err(|_| "OIDC_REDIRECT_URL")?,
            settings,
            metadata: Mutex::new(None),
            metadata_age_max: limits.oidc_metadata_age_max,
            time_max: limits.oidc_time_max,
            bytes_max: limits.oidc_answer_bytes_max,
        };
        let gate = Gate::new("logins", limits.oidc_running_max, limits.oidc_waiting_max);
        Ok(Self { shared: Arc::new(shared), gate })
    }

    /// Whether people who are not known are given an account.
    pub(crate) fn creates_users(&self) -> bool {
        self.shared.settings.create_users
    }

    /// Whether browsers come back over HTTPS.
    pub(crate) fn is_secure(&self) -> bool {
        self.shared.redirect_url.url().scheme() == "https"
    }

    /// Where to send the browser that begins `pending`.
    pub(crate) async fn login_url(
        &self,
        pending: &Pending,
        now: OffsetDateTime,
    ) -> Result<String, OidcError> {
        let (state, nonce) = (pending.state.clone(), pending.nonce.clone());
        let verifier = PkceCodeVerifier::new(pending.verifier.clone());
        self.run(move |shared| shared.login_url(state, nonce, &verifier, now)).await
    }

    /// Who came back with `code` from the login `pending`.
    pub(crate) async fn person(
        &self,
        code: String,
        pending: Pending,
        now: OffsetDateTime,
    ) -> Result<Person, OidcError> {
        self.run(move |shared| shared.person(code, pending, now)).await
    }

    /// A few at a time, off the async threads.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> Result<T, OidcError> + Send + 'static,
    ) -> Result<T, OidcError> {
        let turn = self.gate.enter().await?;
        let shared = Arc::clone(&self.shared);
        let work = move || {
            let outcome = work(&shared);
            drop(turn);
            outcome
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|error| OidcError::Provider(error.to_string()))?
    }
}

impl Shared {
    fn login_url(
        &self,
        state: String,
        nonce: String,
        verifier: &PkceCodeVerifier,
        now: OffsetDateTime,
    ) -> Result<String, OidcError> {
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let client = self.client(&self.metadata(now)?);
        let request = client
            .authorize_url(flow, move || CsrfToken::new(state), move || Nonce::new(nonce))
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(verifier));
        Ok(request.url().0.into())
    }

    fn person(
        &self,
        code: String,
        pending: Pending,
        now: OffsetDateTime,
    ) -> Result<Person, OidcError> {
        let metadata = self.metadata(now)?;
        let token = self.redeem(&metadata, code, pending.verifier)?;
        let nonce = Nonce::new(pending.nonce);
        let verified = match self.claims(&metadata, &token, &nonce, now) {
            // The provider has changed its keys since they were fetched.
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                self.forget_metadata();
                self.claims(&self.metadata(now)?, &token, &nonce, now)
            }
            verified => verified,
        };
        let person = verified.map_err(|error| OidcError::InvalidToken(with_causes(&error)))?;
        if person.subject.len() > SUBJECT_BYTES_MAX {
            return Err(OidcError::InvalidToken("its subject is too long".into()));
        }
        Ok(person)
    }

    /// The ID token for `code`.
    fn redeem(
        &self,
        metadata: &CoreProviderMetadata,
        code: String,
        verifier: String,
    ) -> Result<CoreIdToken, OidcError> {
        let client = self.client(metadata);
        let request = client.exchange_code(AuthorizationCode::new(code));
        let request = request.map_err(|error| OidcError::Provider(error.to_string()))?;
        let request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier));
        let answer =
            request.request(&http::client(self.time_max, self.bytes_max)).map_err(|error| {
                match error {
                    RequestTokenError::ServerResponse(answer) => {
                        OidcError::Refused(answer.to_string())
                    }
                    // A broken answer may hold tokens: it is not for the log.
                    RequestTokenError::Parse(error, _) => OidcError::Provider(error.to_string()),
                    other => OidcError::Provider(with_causes(&other)),
                }
            })?;
        let token = answer.id_token().cloned();
        token.ok_or_else(|| OidcError::Provider("there is no ID token in its answer".into()))
    }

    /// Who `token` says it is, if it is for us, of this login, well signed and not expired.
    fn claims(
        &self,
        metadata: &CoreProviderMetadata,
        token: &CoreIdToken,
        nonce: &Nonce,
        now: OffsetDateTime,
    ) -> Result<Person, ClaimsVerificationError> {
        let client = self.client(metadata);
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || SystemTime::from(now).into());
        token.claims(&verifier, nonce).map(person)
    }

    fn client(&self, metadata: &CoreProviderMetadata) -> Client {
        let Oidc { client_id, client_secret: Secret(secret), .. } = &self.settings;
        let (id, secret) = (ClientId::new(client_id.clone()), ClientSecret::new(secret.clone()));
        CoreClient::from_provider_metadata(metadata.clone(), id, Some(secret))
            .set_redirect_uri(self.redirect_url.clone())
    }

    /// What the provider says of itself, now or a moment ago.
    fn metadata(&self, now: OffsetDateTime) -> Result<CoreProviderMetadata, OidcError> {
        let known = self.metadata.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((metadata, until)) = known
            && now < until
        {
            return Ok(metadata);
        }
        let found = CoreProviderMetadata::discover(
            &self.issuer,
            &http::client(self.time_max, self.bytes_max),
        );
        let found = found.map_err(|error| OidcError::Provider(with_causes(&error)))?;
        let until = now + self.metadata_age_max;
        *self.metadata.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((found.clone(), until));
        Ok(found)
    }

    fn forget_metadata(&self) {
        *self.metadata.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn person(claims: &CoreIdTokenClaims) -> Person {
    let verified = claims.email_verified().unwrap_or(false);
    let email = claims.email().filter(|_| verified).map(|email| email.as_str().to_owned());
    Person {
        issuer: claims.issuer().as_str().to_owned(),
        subject: claims.subject().as_str().to_owned(),
        verified_email: email,
    }
}

/// `error` and what it comes from: the library says the important part there.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
