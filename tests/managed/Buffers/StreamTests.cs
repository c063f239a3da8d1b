using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MmapIo.Tests;

/// <summary>A map as a stream: what every stream does, by the framework's own rules.</summary>
[SuppressMessage("Performance", "CA1835", Justification = "The calls with arrays are there to be tested.")]
public sealed class StreamTests : IDisposable
{
    private const int Length = 9000;

    private readonly Scratch _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Every_way_of_reading_gives_the_bytes_and_moves_on()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(Length));
        await using Stream stream = map.AsStream(10, 8000);
        byte[] bytes = new byte[100];
        Assert.Equal(100, stream.Read(bytes.AsSpan()));
        Assert.Equal(Pattern.Bytes(10, 100), bytes);
        Assert.Equal(50, stream.Read(bytes, 20, 50));
        Assert.Equal(Pattern.Bytes(110, 50), bytes.AsSpan(20, 50));
        Assert.Equal(100, await stream.ReadAsync(bytes.AsMemory(), Token));
        Assert.Equal(Pattern.Bytes(160, 100), bytes);
        Assert.Equal(30, await stream.ReadAsync(bytes, 0, 30, Token));
        Assert.Equal(Pattern.At(290), stream.ReadByte());
        Assert.Equal(281, stream.Position);
        Assert.Equal(10, await Task.Factory.FromAsync(stream.BeginRead, stream.EndRead, bytes, 0, 10, null));
        Assert.Equal(Pattern.Bytes(291, 10), bytes.AsSpan(0, 10));
        stream.ReadExactly(bytes);
        stream.Position = 7990;
        Assert.Equal(10, stream.Read(bytes));
        Assert.Equal((0, -1, 0), (stream.Read(bytes), stream.ReadByte(), await stream.ReadAsync(bytes, Token)));
        Assert.Equal(8000, stream.Position);
        Assert.Throws<EndOfStreamException>(() => stream.ReadExactly(bytes));
    }

    [Fact]
    public async Task Every_way_of_writing_reaches_the_file_and_moves_on()
    {
        string path = _scratch.Sparse(Length);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        await using Stream stream = map.AsStream(10, 1000);
        stream.Write(Pattern.Bytes(0, 100).AsSpan());
        stream.Write(Pattern.Bytes(95, 100), 5, 50);
        await stream.WriteAsync(Pattern.Bytes(150, 100), Token);
        await stream.WriteAsync(Pattern.Bytes(240, 100), 10, 50, Token);
        stream.WriteByte(Pattern.At(300));
        await Task.Factory.FromAsync(stream.BeginWrite, stream.EndWrite, Pattern.Bytes(301, 9), 0, 9, null);
        Assert.Equal(310, stream.Position);
        stream.Flush();
        await stream.FlushAsync(Token);
        Assert.Equal(Pattern.Bytes(0, 310), Files.Bytes(path).AsSpan(10, 310));
        stream.Position = 999;
        Assert.Throws<NotSupportedException>(() => stream.Write([1, 2]));
        Assert.Equal((999L, (byte)0), (stream.Position, map.Read<byte>(1009)));
        stream.WriteByte(1);
        Assert.Throws<NotSupportedException>(() => stream.WriteByte(1));
        Assert.Equal(0, map.Read<byte>(1010));
    }

    [Fact]
    public void Seeking_goes_anywhere_but_before_the_beginning()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(Length));
        using Stream stream = map.AsStream();
        Assert.Equal(100, stream.Seek(100, SeekOrigin.Begin));
        Assert.Equal(90, stream.Seek(-10, SeekOrigin.Current));
        Assert.Equal(Length - 1, stream.Seek(-1, SeekOrigin.End));
        Assert.Equal(Pattern.At(Length - 1), stream.ReadByte());
        Assert.Equal(Length + 5, stream.Seek(5, SeekOrigin.End));
        Assert.Equal((0, -1), (stream.Read(new byte[5]), stream.ReadByte()));
        Assert.Throws<IOException>(() => stream.Seek(-1, SeekOrigin.Begin));
        Assert.Throws<IOException>(() => stream.Seek(-Length - 1, SeekOrigin.End));
        Assert.Throws<IOException>(() => stream.Seek(long.MinValue, SeekOrigin.Current));
        Assert.ThrowsAny<ArgumentException>(() => stream.Seek(0, (SeekOrigin)3));
        Assert.ThrowsAny<ArgumentException>(() => stream.Seek(long.MaxValue, SeekOrigin.Current));
        Assert.ThrowsAny<ArgumentException>(() => stream.Position = -1);
        Assert.Equal(Length + 5, stream.Position);
    }

    [Fact]
    public void It_says_what_it_can_do()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(Length));
        Stream stream = map.AsStream();
        Assert.Equal((true, true, false, (long)Length), (stream.CanRead, stream.CanSeek, stream.CanWrite, stream.Length));
        Assert.Throws<NotSupportedException>(() => stream.WriteByte(1));
        Assert.Throws<NotSupportedException>(() => stream.Write(new byte[1], 0, 1));
        Assert.Throws<NotSupportedException>(() => stream.SetLength(1));
        stream.Dispose();
        stream.Dispose();
        Assert.Equal((false, false, false), (stream.CanRead, stream.CanSeek, stream.CanWrite));
        Assert.Equal(Pattern.At(0), map.Read<byte>(0));
    }

    [Fact]
    public void After_it_was_closed_or_its_map_was_it_says_so()
    {
        MemoryMap map = MemoryMap.Open(_scratch.Patterned(Length), MapAccess.ReadWrite);
        Stream stream = map.AsStream();
        Stream open = map.AsStream();
        stream.Dispose();
        Assert.Throws<ObjectDisposedException>(() => stream.ReadByte());
        Assert.Throws<ObjectDisposedException>(() => stream.WriteByte(1));
        Assert.Throws<ObjectDisposedException>(() => stream.Length);
        Assert.Throws<ObjectDisposedException>(() => stream.Position);
        Assert.Throws<ObjectDisposedException>(() => stream.Position = 0);
        Assert.Throws<ObjectDisposedException>(() => stream.Seek(0, SeekOrigin.Begin));
        Assert.Throws<ObjectDisposedException>(() => stream.SetLength(1));
        Assert.Throws<ObjectDisposedException>(() => stream.CopyTo(Stream.Null));
        Assert.Throws<ObjectDisposedException>(() => stream.Flush());
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(() => open.ReadByte());
        Assert.Throws<ObjectDisposedException>(() => open.WriteByte(1));
        Assert.Throws<ObjectDisposedException>(() => open.CopyTo(Stream.Null));
        Assert.Throws<ObjectDisposedException>(() => open.SetLength(1));
    }

    /// <summary>A read of no bytes would say that this is all there is.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(Length)]
    [InlineData(Length + 1)]
    public async Task A_closed_map_is_not_the_end_of_its_stream(int position)
    {
        MemoryMap map = MemoryMap.Open(_scratch.Patterned(Length), MapAccess.ReadWrite);
        Stream open = map.AsStream();
        open.Position = position;
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(() => open.Read(new byte[4]));
        Assert.Throws<ObjectDisposedException>(() => open.Read([]));
        Assert.Throws<ObjectDisposedException>(() => open.Write([]));
        Assert.Throws<ObjectDisposedException>(() => open.CopyTo(Stream.Null));
        Assert.Throws<ObjectDisposedException>(() => open.Length);
        Assert.Throws<ObjectDisposedException>(() => open.Flush());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => open.ReadAsync(new byte[4], TestContext.Current.CancellationToken).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => open.FlushAsync(TestContext.Current.CancellationToken));
        Assert.Equal((false, false, false), (open.CanRead, open.CanSeek, open.CanWrite));
    }

    [Fact]
    public void Arguments_are_checked_as_everywhere()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(Length), MapAccess.ReadWrite);
        using Stream stream = map.AsStream();
        byte[] bytes = new byte[10];
        Assert.Throws<ArgumentNullException>(() => stream.ReadExactly(null!, 0, 0));
        Assert.Throws<ArgumentNullException>(() => stream.Write(null!, 0, 0));
        Assert.ThrowsAny<ArgumentException>(() => _ = stream.Read(bytes, -1, 1));
        Assert.ThrowsAny<ArgumentException>(() => _ = stream.Read(bytes, 5, 6));
        Assert.ThrowsAny<ArgumentException>(() => stream.Write(bytes, 10, 1));
        Assert.Throws<ArgumentNullException>(() => stream.CopyTo(null!));
        Assert.ThrowsAny<ArgumentException>(() => stream.CopyTo(Stream.Null, 0));
        Refused.Naming("offset", () => map.AsStream(-1, 1));
        Refused.Naming("length", () => map.AsStream(1, Length));
        Assert.Equal(0, stream.Position);
    }

    [Fact]
    public async Task What_is_cancelled_does_nothing()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(Length), MapAccess.ReadWrite);
        await using Stream stream = map.AsStream();
        var cancelled = new CancellationToken(canceled: true);
        byte[] bytes = [1, 2, 3];
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => _ = await stream.ReadAsync(bytes, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => _ = await stream.ReadAsync(bytes, 0, 3, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await stream.WriteAsync(bytes, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await stream.WriteAsync(bytes, 0, 3, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.CopyToAsync(Stream.Null, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.FlushAsync(cancelled));
        Assert.Equal(0, stream.Position);
        Assert.Equal([1, 2, 3], bytes);
        Assert.Equal(Pattern.At(0), map.Read<byte>(0));
    }

    [Fact]
    public async Task Asynchronous_calls_give_their_failures_to_the_task()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(Length));
        Stream stream = map.AsStream();
        ValueTask write = stream.WriteAsync(new byte[1], Token);
        await Assert.ThrowsAsync<NotSupportedException>(async () => await write);
        await stream.DisposeAsync();
        ValueTask<int> read = stream.ReadAsync(new byte[1], Token);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await read);
        Task flush = stream.FlushAsync(Token);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => flush);
    }

    /// <summary>However busy the pool is: nothing is handed to it.</summary>
    [Fact]
    public void Asynchronous_calls_are_done_when_they_return()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(Length), MapAccess.ReadWrite);
        using Stream stream = map.AsStream();
        byte[] bytes = new byte[10];
        bool called = false;
        Assert.True(stream.ReadAsync(bytes.AsMemory(), Token).AsTask().IsCompletedSuccessfully);
        Assert.True(stream.ReadAsync(bytes, 0, 10, Token).IsCompletedSuccessfully);
        Assert.True(stream.WriteAsync(bytes.AsMemory(), Token).AsTask().IsCompletedSuccessfully);
        Assert.True(stream.WriteAsync(bytes, 0, 10, Token).IsCompletedSuccessfully);
        Assert.True(stream.FlushAsync(Token).IsCompletedSuccessfully);
        Assert.True(stream.ReadAtLeastAsync(bytes, 10, cancellationToken: Token).AsTask().IsCompletedSuccessfully);
        Assert.True(stream.ReadExactlyAsync(bytes, Token).AsTask().IsCompletedSuccessfully);
        IAsyncResult begun = stream.BeginRead(bytes, 0, 10, _ => called = true, this);
        Assert.Equal((true, true, true, this), (called, begun.IsCompleted, begun.CompletedSynchronously, begun.AsyncState));
        Assert.Equal(10, stream.EndRead(begun));
        stream.EndWrite(stream.BeginWrite(bytes, 0, 10, null, null));
        Assert.Equal(80, stream.Position);
        Assert.True(stream.CopyToAsync(Stream.Null, Token).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Reading_and_writing_allocate_nothing()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(Length), MapAccess.ReadWrite);
        await using Stream stream = map.AsStream();
        byte[] bytes = new byte[10];
        long before = 0;
        for (int i = 0; i < 200; i++)
        {
            before = i == 100 ? GC.GetAllocatedBytesForCurrentThread() : before;
            _ = await stream.ReadAsync(bytes.AsMemory(), Token);
            await stream.WriteAsync(bytes.AsMemory(), Token);
            await stream.FlushAsync(Token);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Disposing_it_disposes_the_map_if_told_to()
    {
        string path = _scratch.Patterned(Length);
        MemoryMap map = MemoryMap.Open(path);
        map.AsStream().Dispose();
        map.AsStream(leaveOpen: true).Dispose();
        map.AsStream(1, 1).Dispose();
        map.AsStream(leaveOpen: true, 1, 1).Dispose();
        Assert.Equal(Length, map.AsStream(leaveOpen: false).Length);
        Stream stream = map.AsStream(leaveOpen: false);
        Assert.Equal(Pattern.At(0), map.Read<byte>(0));
        stream.Dispose();
        stream.Dispose();
        Assert.Throws<ObjectDisposedException>(() => map.Read<byte>(0));
        map = MemoryMap.Open(path);
        using (var reader = new StreamReader(map.AsStream(leaveOpen: false, 1, 1)))
        {
            _ = reader.Read();
        }
        Assert.Throws<ObjectDisposedException>(() => map.Read<byte>(0));
    }

    [Fact]
    public async Task Copying_begins_where_the_stream_stands()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(Length));
        await using Stream stream = map.AsStream(10, 8000);
        stream.Position = 100;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        Assert.Equal(8000, stream.Position);
        Assert.Equal(Pattern.Bytes(110, 7900), copy.ToArray());
        stream.CopyTo(copy);
        stream.Position = 9000;
        stream.CopyTo(copy);
        Assert.Equal(7900, copy.Length);
        stream.Position = 7000;
        copy.SetLength(0);
        await stream.CopyToAsync(copy, Token);
        Assert.Equal(Pattern.Bytes(7010, 1000), copy.ToArray());
        Assert.Equal(8000, stream.Position);
    }

    [Fact]
    public void Text_is_read_through_it()
    {
        string[] lines = [.. Enumerable.Range(0, 3000).Select(i => $"line {i} häß")];
        using MemoryMap map = MemoryMap.Open(_scratch.Holding(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
        using var reader = new StreamReader(map.AsStream());
        Assert.Equal(lines, reader.ReadToEnd().Split('\n'));
    }

    [Fact]
    public void Setting_the_length_resizes_the_map_and_its_file()
    {
        string path = _scratch.Patterned(Length);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        using Stream stream = map.AsStream();
        stream.Position = Length;
        stream.SetLength(100_000);
        Assert.Equal((100_000, 100_000, 100_000), (stream.Length, map.Length, new FileInfo(path).Length));
        stream.Write([1, 2, 3]);
        Assert.Equal(2, map.Read<byte>(Length + 1));
        stream.SetLength(500);
        Assert.Equal((500, 500, 500, 500), (stream.Length, stream.Position, map.Length, new FileInfo(path).Length));
        Assert.Equal(Pattern.Bytes(0, 500), Files.Bytes(path));
        Assert.ThrowsAny<ArgumentException>(() => stream.SetLength(-1));
        stream.SetLength(0);
        Assert.Equal(-1, stream.ReadByte());
        stream.WriteByte(9);
        Assert.Equal([9], Files.Bytes(path));
    }

    [Fact]
    public void What_is_gone_from_the_file_is_an_exception_and_no_crash()
    {
        Needs.Posix("Windows does not shorten a mapped file");
        int page = Environment.SystemPageSize;
        string path = _scratch.Patterned(4 * page);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        using Stream stream = map.AsStream();
        Cut.To(path, 2 * page);
        byte[] bytes = new byte[4 * page];
        Assert.Equal(2 * page, stream.Read(bytes));
        Assert.Equal(Pattern.Bytes(0, 2 * page), bytes.AsSpan(0, 2 * page));
        Assert.Equal(MapStatus.Fault, Assert.Throws<MmapIoException>(() => stream.Read(bytes)).Status);
        Assert.Equal(MapStatus.Fault, Assert.Throws<MmapIoException>(() => stream.ReadByte()).Status);
        Assert.Equal(2 * page, stream.Position);
        stream.Position = (2 * page) - 1;
        Assert.Equal(MapStatus.Fault, Assert.Throws<MmapIoException>(() => stream.Write([7, 8])).Status);
        Assert.Equal((2 * page, (byte)7), (stream.Position, map.Read<byte>((2 * page) - 1)));
        Assert.Equal(2 * page, new FileInfo(path).Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copying_what_is_gone_from_the_file_copies_the_rest_and_blames_the_map(bool waits)
    {
        Needs.Posix("Windows does not shorten a mapped file");
        int page = Environment.SystemPageSize;
        string path = _scratch.Patterned(4 * page);
        string target = _scratch.At("copy");
        using MemoryMap map = MemoryMap.Open(path);
        await using Stream stream = map.AsStream();
        Cut.To(path, 2 * page);
        await using (FileStream file = File.Create(target, 0))
        {
            Task copying = waits ? stream.CopyToAsync(file, Token) : Task.Run(() => stream.CopyTo(file), Token);
            MmapIoException gone = await Assert.ThrowsAsync<MmapIoException>(() => copying);
            Assert.Equal(MapStatus.Fault, gone.Status);
            Assert.Contains($"position {2 * page} ", gone.Message, StringComparison.Ordinal);
            Assert.Equal(2 * page, stream.Position);
        }
        Assert.Equal(Pattern.Bytes(0, 2 * page), await File.ReadAllBytesAsync(target, Token));
    }

    [Fact]
    public void A_stream_is_as_long_as_its_map_when_others_resize_that()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(Length), MapAccess.ReadWrite);
        using Stream all = map.AsStream();
        using Stream part = map.AsStream(1000, 8000);
        map.Resize(1500);
        Assert.Equal((1500, 500), (all.Length, part.Length));
        part.Position = 400;
        Assert.Equal((100, 0), (part.Read(new byte[200]), part.Read(new byte[200])));
        all.Position = 1400;
        Assert.Equal(100, all.Read(new byte[200]));
        Assert.Throws<NotSupportedException>(() => part.Write(new byte[101]));
        map.Resize(500);
        Assert.Equal((500, 0, -1), (all.Length, part.Length, part.ReadByte()));
        map.Resize(100_000);
        Assert.Equal((100_000, 8000, 100_000), (all.Length, part.Length, all.Seek(0, SeekOrigin.End)));
    }
}
