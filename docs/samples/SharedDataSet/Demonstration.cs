using System.Diagnostics;

namespace MmapIo.Samples;

/// <summary>Starts the processes and has them show what there is to see.</summary>
internal static class Demonstration
{
    private const long Length = 8L << 30;
    private const long Start = 5L << 30;
    private const long Used = 256L << 20;

    public static void Run(string path, int count)
    {
        using (FileStream file = File.Create(path))
        {
            file.SetLength(Length);
        }
        using Worker writer = new("writer", path, MapAccess.ReadWrite);
        Worker[] readers = [.. Enumerable.Range(1, count).Select(i => new Worker($"reader {i}", path, MapAccess.Read))];
        try
        {
            Console.WriteLine($"{path}: 8 GiB, sparse; 1 writer, {count} readers");
            writer.Ask($"fill {Start} {Used} 7");
            Tell(readers, "sees of 268435456 bytes that the writer filled", $"count {Start} {Used} 7");

            Console.WriteLine("\n            in memory   its share");
            foreach (Worker worker in readers.Prepend(writer))
            {
                string[] figures = worker.Ask("memory").Split(',');
                Console.WriteLine($"{worker.Name,-10}{figures[0],11}{figures[1],12}");
            }

            writer.Kill();
            Tell(readers, "still sees after the writer was killed", $"count {Start} {Used} 7");

            if (MemoryMap.Capabilities.CanZeroFillOnFault)
            {
                using (FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                {
                    file.SetLength(Start + (Used / 2));
                }
                Tell(readers, "sees after a stranger cut half of it off", $"count {Start} {Used} 7");
            }
        }
        finally
        {
            Array.ForEach(readers, reader => reader.Dispose());
        }
    }

    private static void Tell(Worker[] readers, string what, string question)
    {
        Console.WriteLine();
        foreach (Worker reader in readers)
        {
            Console.WriteLine($"{reader.Name} {what}: {reader.Ask(question)}");
        }
    }

    private sealed class Worker : IDisposable
    {
        private readonly Process _process;

        public Worker(string name, string path, MapAccess access)
        {
            Name = name;
            string program = Environment.ProcessPath!;
            bool isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
            string[] self = isHost ? [Path.Combine(AppContext.BaseDirectory, "SharedDataSet.dll")] : [];
            _process = Process.Start(new ProcessStartInfo(program, [.. self, Member.Role, path, $"{access}"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
        }

        public string Name { get; }

        public string Ask(string order)
        {
            _process.StandardInput.WriteLine(order);
            return _process.StandardOutput.ReadLine() ?? throw new IOException($"The {Name} is gone.");
        }

        public void Kill()
        {
            _process.Kill();
            _process.WaitForExit();
        }

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                _process.StandardInput.Close();
                _process.WaitForExit();
            }
            _process.Dispose();
        }
    }
}
