// One data set, many processes: a writer and some readers, each a process of its own, have one sparse file of 8 GiB
// mapped. Shows that what one writes all see at once, that the memory is paid for once, that a writer who is killed loses
// nothing, and that readers survive somebody who cuts the file off.
//
//     SharedDataSet [FILE [READERS]]
using MmapIo.Samples;

if (args is [Member.Role, string shared, string access])
{
    Member.Run(shared, Enum.Parse<MmapIo.MapAccess>(access));
    return 0;
}

string path = args.Length > 0 ? args[0] : Path.Combine(Path.GetTempPath(), $"data-set-{Environment.ProcessId}");
int readers = args.Length > 1 && int.TryParse(args[1], out int wanted) && wanted > 0 ? wanted : 8;
if (File.Exists(path))
{
    Console.Error.WriteLine($"{path} is there already: name a file that this may make and delete.");
    return 1;
}
try
{
    Demonstration.Run(path, readers);
    return 0;
}
finally
{
    File.Delete(path);
}
