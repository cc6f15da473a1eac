// Shows on a real broker that TLS and SASL settings pass through, and that what is wrong with them is said.
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Contracts;
using MedAI.Streaming.TestKit.Kafka;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Kafka;

public sealed class RealBrokerSecurityTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("medai-tls-");
    private KafkaBroker? _broker;

    private string Certificate => Path.Combine(_directory.FullName, "broker.pem");

    private KafkaOptions Options => new()
    {
        BootstrapServers = _broker!.Bootstrap2,
        RequestTimeout = TimeSpan.FromSeconds(5),
        Client = new Dictionary<string, string>
        {
            ["security.protocol"] = "sasl_ssl",
            ["sasl.mechanism"] = "PLAIN",
            ["sasl.username"] = "worker",
            ["sasl.password"] = "hunter2",
            ["ssl.ca.location"] = Certificate,
        },
    };

    public async ValueTask InitializeAsync()
    {
        KafkaBroker.SkipIfMissing();
        WriteCertificate();
        _broker = await KafkaBroker.StartAsync(
            "listeners=PLAINTEXT://127.0.0.1:{port},SASL_SSL://127.0.0.1:{port2},CONTROLLER://127.0.0.1:{port1}",
            "advertised.listeners=PLAINTEXT://127.0.0.1:{port},SASL_SSL://127.0.0.1:{port2}",
            "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL",
            "sasl.enabled.mechanisms=PLAIN",
            "listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_worker=\"hunter2\";",
            "ssl.keystore.type=PEM",
            "ssl.keystore.location=" + Certificate);
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Log_OverTlsWithAPassword_WorksAndWithWrongOnesSaysWhy()
    {
        await KafkaTopics.CreateAsync(Options, new TopicPlan { Partitions = 1, Replication = 1 });
        using var log = KafkaEventLog.Open(Options);
        var batch = new AppendBatch(1);
        batch.Add(0, TestRecords.Sequence(5, seed: 1));
        log.Append(batch);
        var read = new LogBatch();
        Assert.True(log.Read(0, 0, 10, read));
        Assert.Equal(5, read.Count);
        using var store = KafkaStateStore.Open(Options);
        store.Commit(new CommitBatch(0) { Offset = 5 });

        var wrongPassword = Assert.Throws<StoreException>(() => KafkaEventLog.Open(With("sasl.password", "guess")));
        Assert.Contains("Authentication failed", wrongPassword.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("guess", wrongPassword.Message, StringComparison.Ordinal);
        var strangeAuthority = Assert.Throws<StoreException>(() => KafkaEventLog.Open(With("ssl.ca.location", "probe")));
        Assert.Contains("certificate verify failed", strangeAuthority.Message, StringComparison.Ordinal);
        var noTls = Assert.Throws<StoreException>(() => KafkaEventLog.Open(With("security.protocol", "plaintext")));
        Assert.Contains(_broker!.Bootstrap2, noTls.Message, StringComparison.Ordinal);
    }

    private KafkaOptions With(string name, string value) =>
        Options with { Client = new Dictionary<string, string>(Options.Client) { [name] = value } };

    private void WriteCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Certificate, key.ExportPkcs8PrivateKeyPem() + "\n" + certificate.ExportCertificatePem() + "\n");
    }
}
