using System.Globalization;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Streaming;

/// <summary>Buffers, pipes and connections are reused: no client may receive a byte of another client's message.</summary>
public class IsolationTests
{
    private const int Length = 3 * Payload.Megabyte + 17;

    [Fact]
    public async Task ManyClients_DownloadDifferentBodiesAtOnce_EachGetsItsOwn()
    {
        await using var one = SendingRequestedBody();
        await using var two = SendingRequestedBody();
        await using var balancer = await Balancer.StartAsync([one, two], "--workers", "2");
        await Task.WhenAll(Enumerable.Range(1, 8).Select(async seed =>
        {
            using var client = await balancer.ConnectAsync();
            for (int round = 0; round < 3; round++)
            {
                AssertIs(Content(seed, Length), (await client.GetAsync($"/{seed}")).Body);
            }
        }));
    }

    [Fact]
    public async Task ManyClients_UploadDifferentBodiesAtOnce_EachArrivesWhole()
    {
        await using var server = Hashing();
        await using var balancer = await Balancer.StartAsync([server], "--workers", "2");
        await Task.WhenAll(Enumerable.Range(1, 8).Select(async seed =>
        {
            byte[] body = Content(seed, Length);
            using var client = await balancer.ConnectAsync();
            for (int round = 0; round < 3; round++)
            {
                await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {body.Length}\r\n\r\n");
                await client.SendAsync(body);
                Assert.Equal(Payload.Hash(body), (await client.ReadResponseAsync()).Text);
            }
        }));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Clients_DisconnectMidway_LaterOnesGetTheirOwnBytes(bool reset)
    {
        await using var server = SendingRequestedBody();
        await using var balancer = await Balancer.StartAsync(server);
        for (int seed = 1; seed <= 10; seed++)
        {
            using var aborting = await balancer.ConnectAsync(receiveBuffer: 64 * 1024);
            await aborting.SendAsync($"GET /{seed} HTTP/1.1\r\nHost: a\r\n\r\n");
            await aborting.ReadExactAsync(100_000 * seed);
            if (reset)
            {
                aborting.Reset();
            }
        }
        using var client = await balancer.ConnectAsync();
        for (int seed = 11; seed <= 14; seed++)
        {
            AssertIs(Content(seed, Length), (await client.GetAsync($"/{seed}")).Body);
        }
    }

    [Fact]
    public async Task Servers_CrashMidway_LaterClientsGetTheirOwnBytes()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                int seed = Seed(request);
                byte[] body = Content(seed, Length);
                await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n");
                if (seed <= 10)
                {
                    await connection.SendAsync(body.AsMemory(0, 200_000 * seed));
                    connection.Reset();
                    return;
                }
                await connection.SendAsync(body);
            }
        });
        await using var balancer = await Balancer.StartAsync(server);
        for (int seed = 1; seed <= 10; seed++)
        {
            using var aborted = await balancer.ConnectAsync();
            await aborted.SendAsync($"GET /{seed} HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.NotEqual(End.None, await aborted.DrainAsync());
            Assert.True(aborted.BytesReceived < Length);
        }
        for (int seed = 11; seed <= 14; seed++)
        {
            AssertIs(Content(seed, Length), (await balancer.GetAsync($"/{seed}")).Body);
        }
    }

    [Fact]
    public async Task LargeBodies_PipelinedWithSmallRequests_KeepTheirBounds()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                await connection.RespondAsync($"{request.Method} {Payload.Hash(request.Body)}");
            }
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        byte[] body = Content(1, Length);
        using var stream = new MemoryStream();
        for (int i = 0; i < 3; i++)
        {
            stream.Write(System.Text.Encoding.Latin1.GetBytes($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {body.Length}\r\n\r\n"));
            stream.Write(body);
            stream.Write("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8);
        }
        Task sending = client.SendAsync(stream.ToArray());
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal($"POST {Payload.Hash(body)}", (await client.ReadResponseAsync()).Text);
            Assert.Equal($"GET {Payload.Hash([])}", (await client.ReadResponseAsync()).Text);
        }
        await sending;
    }

    [Fact]
    public async Task Tunnel_MegabytesBothWaysAtOnce_ArriveByteForByte()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadRequestHeadAsync();
            await connection.SendAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
            for (int left = Length; left > 0; left -= 65_536)
            {
                await connection.SendAsync(await connection.ReadExactAsync(Math.Min(left, 65_536)));
            }
        });
        await using var balancer = await Balancer.StartAsync(server);
        using var client = await balancer.ConnectAsync();
        await client.RequestAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
        byte[] body = Content(1, Length);
        Task sending = client.SendAsync(body);
        AssertIs(body, await client.ReadExactAsync(Length));
        await sending;
    }

    private static ScriptedServer SendingRequestedBody() => ScriptedServer.Start(async connection =>
    {
        while (await connection.ReadRequestAsync() is { } request)
        {
            byte[] body = Content(Seed(request), Length);
            await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n");
            await connection.SendAsync(body);
        }
    });

    private static ScriptedServer Hashing() => ScriptedServer.Start(async connection =>
    {
        while (await connection.ReadRequestAsync() is { } request)
        {
            await connection.RespondAsync(Payload.Hash(request.Body));
        }
    });

    private static int Seed(Message request) => int.Parse(request.Target[1..], CultureInfo.InvariantCulture);

    private static byte[] Content(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static void AssertIs(byte[] expected, byte[] actual) => Assert.Equal(Payload.Hash(expected), Payload.Hash(actual));
}
