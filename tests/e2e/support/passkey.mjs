/** A platform authenticator (a laptop with a finger reader) of that page, whose owner does nothing until told to. */
export async function addDevice(page) {
  const client = await page.context().newCDPSession(page);
  await client.send('WebAuthn.enable');
  const { authenticatorId } = await client.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: false,
    },
  });
  const send = (method, parameters) => client.send(`WebAuthn.${method}`, { authenticatorId, ...parameters });
  return {
    /** Whether the owner touches it when asked. */
    touch: (enabled) => send('setAutomaticPresenceSimulation', { enabled }),
    /** Whether it is the owner who touches it. */
    recognise: (isUserVerified) => send('setUserVerified', { isUserVerified }),
    credentials: async () => (await send('getCredentials')).credentials,
    remove: (credentialId) => send('removeCredential', { credentialId }),
    add: (credential) => send('addCredential', { credential }),
  };
}

/** While the owner touches the device. */
export async function touching(device, action) {
  await device.touch(true);
  await action();
  await device.touch(false);
}
