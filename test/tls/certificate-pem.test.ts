import { X509Certificate } from "node:crypto";
import { expect, it } from "vitest";
import { certificateName, rewriteCertificates } from "../../components/tls/certificate-pem.ts";
import { issue } from "../support/certificates.ts";

it("certificates are written anew: without byte order mark, carriage returns and text around them", async () => {
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

it("a certificate without a common name is named by its first subject alternative name", () => {
  const certificate = {
    subject: undefined,
    subjectAltName: "DNS:a.example.com, DNS:b.example.com",
    serialNumber: "0A",
  };

  expect(certificateName(certificate as unknown as X509Certificate)).toBe('"a.example.com"');
});
