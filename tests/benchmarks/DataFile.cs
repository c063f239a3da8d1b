namespace MmapIo.Benchmarks;

/// <summary>A file of noise, in the page cache, for the life of a benchmark class.</summary>
internal sealed class DataFile : IDisposable
{
    public DataFile(long length)
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"mmapio-bench-{Guid.NewGuid():N}");
        byte[] block = new byte[1 << 20];
        new Random(1).NextBytes(block);
        using FileStream file = File.Create(Path);
        for (long done = 0; done < length; done += block.Length)
        {
            file.Write(block, 0, (int)Math.Min(block.Length, length - done));
        }
    }

    public string Path { get; }

    public void Dispose() => File.Delete(Path);
}
