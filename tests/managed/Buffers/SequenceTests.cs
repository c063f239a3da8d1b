using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using CsCheck;

namespace MmapIo.Tests;

/// <summary>
/// A map as a sequence of segments, and as a pipe. The segments are 1 GiB long; here they are cut shorter, so that what
/// reads them has to go across their edges.
/// </summary>
public sealed class SequenceTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    [InlineData(100_000)]
    public void The_segments_put_together_are_the_range(int segment)
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(20_000));
        ReadOnlySequence<byte> sequence = map.AsSequence(13, 10_000, segment);
        Assert.Equal(10_000, sequence.Length);
        Assert.Equal(segment >= 10_000, sequence.IsSingleSegment);
        Assert.Equal(Pattern.Bytes(13, 10_000), sequence.ToArray());
        Assert.Equal(Pattern.Bytes(13 + 4095, 10), sequence.Slice(4095, 10).ToArray());
        Assert.Equal(0, sequence.Slice(sequence.End).Length);
    }

    [Fact]
    public void A_sequence_longer_than_a_span_has_several_segments()
    {
        const long Length = (1L << 31) + 100;
        using MemoryMap map = MemoryMap.Open(_scratch.Sparse(Length), MapAccess.ReadWrite);
        map.Write(Length - 1, (byte)9);
        ReadOnlySequence<byte> sequence = map.AsSequence();
        Assert.Equal(Length, sequence.Length);
        Assert.Equal(9, sequence.Slice(Length - 1).FirstSpan[0]);
        Assert.Equal(9, sequence.Slice((1L << 30) - 3, Length - (1L << 30) + 3).Slice(Length - (1L << 30) + 2).FirstSpan[0]);
        int segments = 0;
        foreach (ReadOnlyMemory<byte> unused in sequence)
        {
            segments++;
        }
        Assert.Equal(3, segments);
    }

    [Fact]
    public void Nothing_is_an_empty_sequence()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Holding([]));
        Assert.True(map.AsSequence().IsEmpty);
        Refused.Naming("length", () => map.AsSequence(0, 1));
    }

    [Fact]
    public void A_sequence_reader_goes_across_every_edge() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int.Array[0, 20]).Sample((segment, numbers) =>
        {
            using MemoryMap map = MemoryMap.CreateAnonymous((numbers.Length * sizeof(int)) + 1);
            using (MapWriteLease lease = map.LeaseForWrite())
            {
                for (int i = 0; i < numbers.Length; i++)
                {
                    System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(lease.Slice(i * 4, 4), numbers[i]);
                }
            }
            var reader = new SequenceReader<byte>(map.AsSequence(0, numbers.Length * sizeof(int), segment));
            foreach (int number in numbers)
            {
                if (!reader.TryReadBigEndian(out int read) || read != number)
                {
                    return false;
                }
            }
            return reader.End && !reader.TryRead(out _);
        });

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(1000)]
    public void A_json_reader_goes_across_every_edge(int segment)
    {
        string json = JsonSerializer.Serialize(Enumerable.Range(0, 50).ToDictionary(i => $"näme {i}", i => new { i, text = "x\n\"y" }));
        using MemoryMap map = MemoryMap.Open(_scratch.Holding(Encoding.UTF8.GetBytes(json)));
        var reader = new Utf8JsonReader(map.AsSequence(0, map.Length, segment));
        int names = 0;
        long sum = 0;
        while (reader.Read())
        {
            names += reader.TokenType == JsonTokenType.PropertyName
                && reader.GetString()!.StartsWith("näme", StringComparison.Ordinal) ? 1 : 0;
            sum += reader.TokenType == JsonTokenType.Number ? reader.GetInt64() : 0;
        }
        Assert.Equal((50, 50 * 49 / 2, map.Length), (names, sum, reader.BytesConsumed));
        using JsonDocument document = JsonDocument.Parse(map.AsSequence(0, map.Length, segment));
        Assert.Equal(49, document.RootElement.GetProperty("näme 49").GetProperty("i").GetInt32());
    }

    [Fact]
    public async Task A_pipe_gives_the_range_and_then_ends()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(9000));
        PipeReader pipe = map.AsPipeReader(10, 5000);
        ReadResult result = await pipe.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Pattern.Bytes(10, 5000), result.Buffer.ToArray());
        pipe.AdvanceTo(result.Buffer.GetPosition(4990));
        result = await pipe.ReadAtLeastAsync(10, TestContext.Current.CancellationToken);
        Assert.Equal(Pattern.Bytes(5000, 10), result.Buffer.ToArray());
        pipe.AdvanceTo(result.Buffer.End);
        result = await pipe.ReadAsync(TestContext.Current.CancellationToken);
        Assert.True(result.IsCompleted && result.Buffer.IsEmpty);
        await pipe.CompleteAsync();
        using var copy = new MemoryStream();
        await map.AsPipeReader().CopyToAsync(copy, TestContext.Current.CancellationToken);
        Assert.Equal(Pattern.Bytes(0, 9000), copy.ToArray());
    }

    [Fact]
    public async Task Reading_a_pipe_is_cancelled_by_a_token_and_by_call()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(9000));
        PipeReader pipe = map.AsPipeReader();
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => _ = await pipe.ReadAsync(cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => _ = await pipe.ReadAtLeastAsync(5, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pipe.CopyToAsync(Stream.Null, cancelled));
        pipe.CancelPendingRead();
        ReadResult result = await pipe.ReadAsync(TestContext.Current.CancellationToken);
        Assert.True(result.IsCanceled);
        pipe.AdvanceTo(result.Buffer.Start);
        result = await pipe.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal((false, 9000), (result.IsCanceled, result.Buffer.Length));
        await pipe.CompleteAsync();
    }

    [Fact]
    public void Completing_a_pipe_disposes_the_map_if_told_to()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(9000));
        map.AsPipeReader().Complete();
        map.AsPipeReader(1, 1).Complete();
        map.AsPipeReader(leaveOpen: true, 1, 1).Complete();
        PipeReader pipe = map.AsPipeReader(leaveOpen: false);
        Assert.True(pipe.TryRead(out ReadResult result));
        Assert.Equal(Pattern.At(0), result.Buffer.FirstSpan[0]);
        pipe.Complete();
        pipe.Complete();
        Assert.Throws<ObjectDisposedException>(() => map.Read<byte>(0));
        if (Mappings.CanTell)
        {
            Assert.Equal(0, Mappings.Count(_scratch.At("patterned")));
        }
    }

    [Fact]
    public void A_sequence_of_a_closed_map_says_so_when_it_is_looked_at()
    {
        MemoryMap map = MemoryMap.Open(_scratch.Patterned(9000));
        ReadOnlySequence<byte> sequence = map.AsSequence();
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(() => sequence.FirstSpan.Length);
        Assert.Throws<ObjectDisposedException>(() => sequence.ToArray());
    }

    [Fact]
    public void A_pipe_that_is_completed_lets_the_map_be_resized()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(10_000), MapAccess.ReadWrite);
        PipeReader reader = map.AsPipeReader();
        Assert.True(reader.TryRead(out ReadResult result));
        Assert.Equal(Pattern.At(5), result.Buffer.FirstSpan[5]);
        Assert.Throws<InvalidOperationException>(() => map.Resize(20_000));
        reader.AdvanceTo(result.Buffer.End);
        reader.Complete();
        reader.Complete();
        map.Resize(20_000);
        Assert.Equal(20_000, map.Length);
        GC.KeepAlive(result);
    }
}
