import { X509Certificate } from "node:crypto";
import { expect, it } from "vitest";
import { certificateName, rewriteCertificates } from "../../components/tls/certificate-pem.ts";
import { issue } from "../support/certificates.ts";

it("certificates are normalised: no byte order mark, carriage returns or surrounding text", async () => {
  const [one, two] = await Promise.all([
    issue({ name: "one", hosts: ["a.test"] }),
    issue({ name: "two", hosts: ["b.test"] }),
  ]);
  const given = `\ufeff${one.pem}Bag Attributes\n    localKeyID: 01\nsubject=CN = two\n${two.pem}`.replaceAll(
    "\n",
    "\r\n",
  );

  expect(rewriteCertificates(given)).toBe([one, two].map(({ pem }) => new X509Certificate(pem).toString()).join(""));
});

const unnamed = { serialNumber: "0A", subjectAltName: "DNS:a.example.com, DNS:b.example.com" };

it.each([
  ["its common name", { ...unnamed, subject: "O=Example\nCN=rancher" }, '"rancher"'],
  ["its first subject alternative name", { ...unnamed, subject: "C=DE\nO=Example" }, '"a.example.com"'],
  ["its first subject alternative name", { ...unnamed, subject: undefined }, '"a.example.com"'],
  ["its subject", { serialNumber: "0A", subject: "O=Example\nOU=Root" }, '"O=Example, OU=Root"'],
  ["its serial number", { serialNumber: "0A", subject: undefined }, '"0A"'],
])("a certificate is named by %s", (_, certificate, name) => {
  expect(certificateName(certificate as unknown as X509Certificate)).toBe(name);
});
