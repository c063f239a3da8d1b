using System.Text;
using MmapIo.Samples;

switch (args)
{
    case ["append", string path, .. string[] records]:
        using (DurableLog log = DurableLog.Open(path))
        {
            foreach (string record in records)
            {
                log.Append(Encoding.UTF8.GetBytes(record));
                Console.WriteLine($"record {log.Count} is safe");
            }
        }
        return 0;
    case ["list", string path]:
        using (DurableLog log = DurableLog.Open(path))
        {
            foreach (byte[] record in log.Records())
            {
                Console.WriteLine(Encoding.UTF8.GetString(record));
            }
        }
        return 0;
    default:
        Console.Error.WriteLine("DurableLog append FILE RECORD…");
        Console.Error.WriteLine("DurableLog list FILE");
        return 2;
}
